//! Closed word classes and the verbs of saying.
//!
//! There is no tagger: small lists of function words, the shape of a word and the lists here stand
//! in for parts of speech. All of it is general vocabulary, English first, with some French.

use std::collections::HashMap;

/// Classes of a word, as a set of bits.
pub(crate) type Class = u32;

pub(crate) const DETERMINER: Class = 1;
pub(crate) const PREPOSITION: Class = 1 << 1;
/// he, they, who stand as a subject.
pub(crate) const SUBJECT_PRONOUN: Class = 1 << 2;
/// is, has, will and what else comes before a verb.
pub(crate) const AUXILIARY: Class = 1 << 3;
pub(crate) const ADVERB: Class = 1 << 4;
pub(crate) const COORDINATOR: Class = 1 << 5;
/// because, when, while, although, that.
pub(crate) const SUBORDINATOR: Class = 1 << 6;
/// who, what, how, whether.
pub(crate) const WH: Class = 1 << 7;
/// yesterday, Tuesday, earlier.
pub(crate) const TIME: Class = 1 << 8;
/// Mr., Sen., President.
pub(crate) const TITLE: Class = 1 << 9;
pub(crate) const CAPITALISED: Class = 1 << 10;
pub(crate) const NUMBER: Class = 1 << 11;
pub(crate) const PUNCTUATION: Class = 1 << 12;
/// spokesman, official: who speaks for somebody else.
pub(crate) const REPRESENTATIVE: Class = 1 << 13;
/// letter, statement: what speaks for its author.
pub(crate) const DOCUMENT: Class = 1 << 14;
/// A verb of saying that may introduce the very words.
pub(crate) const SAYS: Class = 1 << 15;
/// him, her, me.
pub(crate) const OBJECT_PRONOUN: Class = 1 << 16;
/// his, their; also ’s.
pub(crate) const POSSESSIVE: Class = 1 << 17;
pub(crate) const BE: Class = 1 << 18;
/// A form in -ing of a verb of saying.
pub(crate) const PARTICIPLE: Class = 1 << 19;
/// senator, mother, analyst: a common noun for a person or a body that speaks.
pub(crate) const ROLE: Class = 1 << 20;
/// A past participle of French, which needs its auxiliary.
pub(crate) const FRENCH_PARTICIPLE: Class = 1 << 21;
/// government, army: what stands for its country.
pub(crate) const STATE_BODY: Class = 1 << 22;
pub(crate) const NEGATION: Class = 1 << 23;

/// Verbs of saying in their base form; the regular forms are made from them.
const REGULAR: &str = "accuse acknowledge add admit advise affirm agree allege announce answer argue ask assert assure \
    aver bark beg blast boast caution charge chant chide claim comment complain concede conclude concur confess confide \
    confirm contend continue counter cry declare demand deny deride describe detail disclose echo elaborate emphasize \
    emphasise exclaim explain fume gripe groan growl grumble hint hiss implore imply inform insist instruct interject \
    interrupt intone jest joke lament laugh lecture maintain marvel mention moan mock mouth murmur muse mutter note observe \
    opine plead pledge point predict proclaim promise pronounce propose quip rail reaffirm reason reassure recall recount \
    refer reflect reiterate rejoin relate remark remind reply report request respond retort reveal roar sigh signal shout \
    shriek sneer snipe snap speculate stammer state stress submit suggest surmise sum tease testify thunder tweet urge \
    utter vent voice volunteer vow wail warn whine whisper wonder yell cite caption title post text email e-mail blog \
    retweet theorize summarize summarise apologize call dub label brand term warn gush crow scoff protest rant sing \
    shoot fire begin conclude estimate expect hope believe praise hail criticize condemn denounce highlight underscore \
    underline outline recommend order rule swear quote read scream preach chime joked repeat clarify correct press \
    offer object profess fret enthuse deadpan";

/// Irregular forms of the same.
const IRREGULAR: &str = "said say says saying told tell tells telling wrote write writes writing written read reads reading \
    spoke speak speaks speaking spoken began begins swore sworn sang sung thought think thinks thinking \
    replied replies cried cries denied denies testified testifies clarified put puts putting referred referring \
    admitted admitting quipped submitted submitting snapped snapping summed begged quoth held shot retweeted \
    wrote blogged cut stated implied implies shouted";

/// French forms that stand alone.
const FRENCH: &str = "dit disent disait déclare déclarent affirme affirment explique expliquent ajoute ajoutent estime estiment \
    souligne soulignent assure assurent précise précisent indique indiquent lance lancent confie confient poursuit \
    poursuivent conclut concluent raconte racontent répond répondent rappelle rappellent insiste insistent martèle \
    prévient préviennent regrette regrettent juge jugent dénonce dénoncent note notent observe résume tranche reconnaît \
    reconnaissent promet écrit écrivent avertit annonce annoncent constate analyse glisse soupire tonne plaide admet \
    déplore déplorent clame renchérit proclame tempère commente témoigne souffle relève";

/// French past participles: they count after *a* or *ont*.
const FRENCH_PARTICIPLES: &str = "dit déclaré affirmé expliqué ajouté estimé souligné assuré précisé indiqué lancé confié \
    poursuivi conclu raconté répondu rappelé insisté martelé prévenu regretté jugé dénoncé noté observé résumé tranché \
    reconnu promis écrit averti annoncé constaté analysé glissé déploré clamé renchéri proclamé commenté témoigné relevé plaidé";

const LISTS: &[(Class, &str)] = &[
    (
        DETERMINER,
        "a an the this these those some any each every no another both all several many few one two three four five six \
         seven eight nine ten most more other deputy former le la les un une des l' l’ du ce cette ces",
    ),
    (DETERMINER | POSSESSIVE, "my your his her its our their ses leur leurs"),
    (
        PREPOSITION,
        "of in on at by for with from to into onto over under about against between among after before during since until \
         through throughout toward towards via amid amidst within without outside inside near across behind beyond despite \
         per alongside following regarding concerning upon de d' d’ à au aux en dans sur par pour avec lors depuis chez devant",
    ),
    (SUBJECT_PRONOUN, "he she they we i it you who il elle ils elles nous je"),
    (OBJECT_PRONOUN, "him me us them her you it himself herself themselves"),
    (AUXILIARY | BE, "is are was were be been being am 's ’s 're ’re"),
    (
        AUXILIARY,
        "has have had having do does did will would can could may might must shall should 'd ’d 'll ’ll 've ’ve ai ca wo ont avait \
         avaient",
    ),
    (AUXILIARY | NEGATION, "not n't n’t never cannot"),
    (
        ADVERB,
        "also later then again even still just soon often always once twice already further instead too however meanwhile \
         moreover nevertheless nonetheless perhaps indeed thus therefore yet so back out famously only now quickly ever \
         first finally there here earlier ahead alike together aloud afterward afterwards aussi ensuite encore enfin",
    ),
    (COORDINATOR, "and but or nor yet et mais ou &"),
    (
        SUBORDINATOR,
        "that because when while as if although though since unless whereas until than after before once where whose which so \
         que qu' qu’ lorsque quand alors tandis",
    ),
    (WH, "who whom what how whether why which whose where when"),
    (
        TIME,
        "yesterday today tonight tomorrow monday tuesday wednesday thursday friday saturday sunday january february march april \
         june july august september october november december morning afternoon evening night week month year recently \
         lundi mardi mercredi jeudi vendredi samedi dimanche hier",
    ),
    (
        TITLE,
        "mr. mrs. ms. mr mrs ms dr. dr prof. sen. rep. gov. gen. col. lt. sgt. capt. rev. hon. sir dame lord lady president \
         senator representative governor general colonel captain minister chancellor secretary judge justice chairman \
         chairwoman mayor pope king queen prince princess congressman congresswoman ambassador professor doctor sheriff attorney \
         m. mme spokesman spokeswoman spokesperson",
    ),
    (
        REPRESENTATIVE | ROLE,
        "spokesman spokeswoman spokesperson spokesmen spokespeople spokespersons representative representatives official \
         officials aide aides lawyer lawyers attorney adviser advisers advisor advisors envoy officer director chief chair \
         chairman chairwoman chairperson executive secretary secretary-general president vice-president head leader leaders \
         manager minister founder co-founder ceo economist analyst porte-parole commander insider insiders source sources \
         member members moderator coordinator organizer staffer staffers strategist surrogate researcher",
    ),
    (
        ROLE,
        "senator senators governor mayor judge justice professor expert experts critic critics observer observers activist \
         activists supporter supporters voter voters resident residents witness witnesses reporter reporters journalist editor \
         author man woman men women people father mother brother sister son daughter wife husband friend friends farmer \
         farmers worker workers student students teacher teachers doctor doctors soldier soldiers veteran general \
         republicans democrats lawmaker lawmakers candidate candidates nominee billionaire businessman businesswoman \
         diplomat diplomats pollster historian scientist scientists author owner fisherman fishermen campaign government ministry \
         administration authorities police army military office department agency company group coalition union party \
         committee commission court newspaper paper magazine network outlet house minister mogul host guest user pundits \
         others someone somebody everyone everybody nobody many some others analysts economists investigators prosecutors",
    ),
    (
        STATE_BODY,
        "government administration authorities army military ministry presidency parliament gouvernement armée",
    ),
    (
        DOCUMENT,
        "letter statement report memo memorandum email e-mail tweet post message note study article editorial book memoir poll \
         survey document documents filing complaint lawsuit ruling opinion order op-ed column headline sign caption \
         transcript resolution declaration communiqué release manifesto petition text testimony ad advertisement banner poster \
         placard inscription speech lettre communiqué rapport message",
    ),
];

/// What the lists say of a word in lower case.
#[derive(Debug)]
pub(crate) struct Lexicon {
    classes: HashMap<&'static str, Class>,
    made: HashMap<String, Class>,
}

impl Lexicon {
    pub(crate) fn new() -> Self {
        let mut classes: HashMap<&'static str, Class> = HashMap::new();
        let lists =
            LISTS.iter().copied().chain([(SAYS, IRREGULAR), (SAYS, FRENCH), (FRENCH_PARTICIPLE, FRENCH_PARTICIPLES)]);
        for (class, list) in lists {
            for word in list.split_whitespace() {
                *classes.entry(word).or_default() |= class;
            }
        }
        let mut made: HashMap<String, Class> = HashMap::new();
        for base in REGULAR.split_whitespace() {
            for (form, class) in forms(base) {
                *made.entry(form).or_default() |= class;
            }
        }
        for word in IRREGULAR.split_whitespace().filter(|w| w.ends_with("ing")) {
            *made.entry(word.to_owned()).or_default() |= SAYS | PARTICIPLE;
        }
        Self { classes, made }
    }

    /// The classes of a word as it is spelled (`text`) and in lower case.
    pub(crate) fn class(&self, text: &str, lower: &str) -> Class {
        let mut class = self.classes.get(lower).copied().unwrap_or(0) | self.made.get(lower).copied().unwrap_or(0);
        let mut chars = text.chars();
        match chars.next() {
            Some(c) if c.is_uppercase() => class |= CAPITALISED,
            Some(c) if c.is_ascii_digit() => class |= NUMBER,
            Some(c) if !c.is_alphanumeric() && !text.chars().any(char::is_alphanumeric) => class |= PUNCTUATION,
            _ => {}
        }
        if lower.len() > 4 && lower.ends_with("ly") && class & (SAYS | CAPITALISED) == 0 {
            class |= ADVERB;
        }
        class
    }
}

/// The base form and its -s, -ed and -ing forms by the rules of spelling.
fn forms(base: &str) -> [(String, Class); 4] {
    let stem = base.strip_suffix('e').unwrap_or(base);
    let third = if base.ends_with("sh") || base.ends_with("ch") || base.ends_with("ss") {
        format!("{base}es")
    } else {
        match base.strip_suffix('y') {
            Some(y) if !y.ends_with(['a', 'e', 'o', 'u']) => format!("{y}ies"),
            _ => format!("{base}s"),
        }
    };
    let past = match base.strip_suffix('y') {
        Some(y) if !y.ends_with(['a', 'e', 'o', 'u']) => format!("{y}ied"),
        _ => format!("{stem}ed"),
    };
    [(base.to_owned(), SAYS), (third, SAYS), (past, SAYS), (format!("{stem}ing"), SAYS | PARTICIPLE)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_follow_the_rules_of_spelling() {
        let made = |base| forms(base).map(|(form, _)| form);
        assert_eq!(made("stress"), ["stress", "stresses", "stressed", "stressing"]);
        assert_eq!(made("deny"), ["deny", "denies", "denied", "denying"]);
        assert_eq!(made("argue"), ["argue", "argues", "argued", "arguing"]);
    }
}
