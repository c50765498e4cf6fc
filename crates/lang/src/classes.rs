//! Classes of words, and sets of them.

use std::fmt;
use std::marker::PhantomData;

/// A closed list of classes that a data file may name.
pub(crate) trait Class: Copy + fmt::Debug + 'static {
    /// Every class with its name in the files, in the order of its bits.
    const ALL: &'static [(&'static str, Self)];

    fn bit(self) -> u64;

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, class)| *class)
    }
}

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$class_doc:meta])* $class:ident = $text:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$class_doc])* $class,)*
        }

        impl Class for $name {
            const ALL: &'static [(&'static str, Self)] = &[$(($text, Self::$class)),*];

            fn bit(self) -> u64 {
                1 << (self as u32)
            }
        }
    )*};
}

classes! {
    /// What pages and tables say of an article, and of themselves, file `page_phrases.tsv`.
    PagePhrase {
        /// Before the name in a byline: "written by".
        Byline = "byline",
        /// Begins a link that asks its reader to do something: "follow".
        Request = "request",
        /// What somebody is, not who: "correspondent".
        Role = "role",
        /// Says that a date is that of publication: "published".
        Published = "published",
        /// Says that a date is another one: "updated".
        OtherDate = "other_date",
        /// Asks to subscribe for the rest of an article: "subscribe to read".
        Offer = "offer",
        /// A word of running text: a line that has one reports, and asks the reader nothing.
        Report = "report",
        /// Between a reader's name and what the reader says: "writes".
        Comment = "comment",
        /// Words of which one stands in what a writer is, beside those of [`Role`](PagePhrase::Role), with others that
        /// tell nothing alone: "senior", "guest".
        RoleWord = "role_word",
        /// What stands between the names of two writers.
        NameJoiner = "name_joiner",
        /// Words that a title starts with, and no name.
        NoName = "no_name",
        /// The last word of the names of outlets.
        OutletWord = "outlet_word",
        /// The callings of people who write for outlets, in their biographies.
        Calling = "calling",
        /// What follows the name in a writer's biography.
        BiographyVerb = "biography_verb",
        /// Words that stand in the biographies of writers, or their beginnings.
        Biography = "biography",
        /// Labels before addresses: "tel:".
        ContactLabel = "contact_label",
        /// How lines begin that are captions.
        Caption = "caption",
        /// How words begin that say that something was published before, elsewhere.
        Republished = "republished",
        /// What stands between such a word and the outlet.
        BeforeOutlet = "before_outlet",
        /// What ends the name of an outlet in such a line.
        BehindOutlet = "behind_outlet",
        /// How words begin that start a line with a date, in letters without accents.
        Dated = "dated",
        /// Words that stand in lines with a date beside it, in letters without accents: days of the week, times of day,
        /// time zones, "published".
        DateWord = "date_word",
        /// The letter before the questions of an interview: "Q".
        Question = "question",
        /// The letter before its answers: "A".
        Answer = "answer",
        /// Words before the owner in a line that claims a copyright: "copyright".
        Copyright = "copyright",
        /// What stands between such a word and the owner: "by".
        BeforeOwner = "before_owner",
        /// "All rights reserved".
        RightsReserved = "rights_reserved",
        /// A small word inside the name of a writer that is no particle of other names: "of".
        WriterParticle = "writer_particle",
        /// Small words inside the name of an outlet or a place: "of", "the".
        OutletParticle = "outlet_particle",
        /// What stands before the date behind a byline: "on".
        BeforeDate = "before_date",
        /// The label before the name of a photographer: "credit".
        PhotoCredit = "photo_credit",
        /// What databases of news count: "documents".
        Counted = "counted",
        /// What stands between two numbers of a count: "2 of 40", in letters without accents.
        CountedOf = "counted_of",
        /// What lengths of articles are told in, in letters without accents: "words".
        LengthUnit = "length_unit",
        /// Names of the field that holds the text of an article.
        TextField = "text_field",
        /// Names of the field that holds the id of a record.
        IdField = "id_field",
        /// Names of the field that holds the title.
        TitleField = "title_field",
        /// Names of the field that holds the address.
        UrlField = "url_field",
        /// Names of the field that holds the date of publication.
        DateField = "date_field",
        /// Names of the field that holds the authors.
        AuthorsField = "authors_field",
        /// Names of the field that holds the outlet.
        SiteField = "site_field",
        /// Names of the field that holds the language.
        LanguageField = "language_field",
    }

    /// The classes of function words and of the nouns and verbs around speech, file `words.tsv`. There is no
    /// tagger: these lists and the shape of a word stand in for parts of speech.
    WordClass {
        /// the, these, every.
        Determiner = "determiner",
        /// the, this: the noun behind it is known already.
        Definite = "definite",
        /// my, their.
        Possessive = "possessive",
        /// of, against, during.
        Preposition = "preposition",
        /// he, they, who stand as a subject.
        SubjectPronoun = "subject_pronoun",
        /// him, them.
        ObjectPronoun = "object_pronoun",
        /// A form of *be*.
        Be = "be",
        /// is, has, will and what else comes before a verb.
        Auxiliary = "auxiliary",
        /// not, never.
        Negation = "negation",
        /// also, later.
        Adverb = "adverb",
        /// and, but.
        Coordinator = "coordinator",
        /// because, although, that.
        Subordinator = "subordinator",
        /// who, whether.
        Wh = "wh",
        /// in, on, when: what opens a phrase that tells when or where something was.
        Circumstance = "circumstance",
        /// vitamin, figure, plan: a noun that a letter or number tells apart.
        Labelled = "labelled",
        /// image, photo: what a caption's credit begins with, before a colon.
        CaptionLabel = "caption_label",
        /// yesterday, Tuesday, month.
        Time = "time",
        /// spokesman, official: who speaks for somebody else.
        Representative = "representative",
        /// senator, mother, analyst: a common noun for a person or a body that speaks.
        Role = "role",
        /// rebels, militia: a body of people under arms, or those who belong to one.
        Armed = "armed",
        /// government, army: what stands for its country.
        StateBody = "state_body",
        /// letter, statement: what speaks for its author.
        Document = "document",
        /// he, however: what opens a sentence that reads badly without the one before.
        Anaphoric = "anaphoric",
        /// as, in "as X said".
        Manner = "manner",
        /// out, back: what completes a verb of speech ("points out", "fired back").
        Particle = "particle",
        /// during, via: what begins the adverbial behind a quotation that is whole ("“…” during a debate").
        Adverbial = "adverbial",
        /// What makes a past participle a finite verb: French *a*, *ont*.
        Perfect = "perfect",
        /// A subject that stands behind its verb, joined by a hyphen: French *dit-il*.
        CliticSubject = "clitic_subject",
        /// A finite form that no rule of spelling tells: went, took.
        Finite = "finite",
        /// seek, try, sought: what somebody does rather than says, though it tells what he wants.
        Act = "act",
        /// A noun for any body of people that trades or acts together: company, group.
        Body = "body",
        /// A noun or title for a man: father, spokesman.
        Masculine = "masculine",
        /// A noun or title for a woman: daughter, actress.
        Feminine = "feminine",
        /// dollars, naira: what sums of money are counted in, and nothing else is.
        Currency = "currency",
        /// former, ex: an office that is held no more.
        Former = "former",
        /// million, bn: what a number is multiplied by.
        Scale = "scale",
        /// the: an article that stands before names and belongs to none.
        Article = "article",
    }

    /// What single function words do, file `function_words.tsv`: rules ask for each of them, not for a whole class.
    FunctionWord {
        /// Begins the clause that somebody says: "that".
        That = "that",
        /// Before an infinitive or somebody who is told: "to".
        To = "to",
        /// Begins a question within a sentence: "whether".
        Whether = "whether",
        /// of.
        Of = "of",
        /// for.
        For = "for",
        /// about.
        About = "about",
        /// on.
        On = "on",
        /// with.
        With = "with",
        /// as.
        As = "as",
        /// against.
        Against = "against",
        /// in.
        In = "in",
        /// Before who did it: "confirmed by X".
        By = "by",
        /// and.
        And = "and",
        /// but.
        But = "but",
        /// or.
        Or = "or",
        /// Joins what happened next: "then".
        Then = "then",
        /// Negates a verb: "never".
        Not = "not",
        /// Makes the name before it an owner: "’s".
        Genitive = "genitive",
        /// Does the same for a plural: the apostrophe of "the miners’".
        PluralGenitive = "plural_genitive",
        /// Begins a clause that tells more of the noun before it: "who".
        Relative = "relative",
        /// Begins what somebody is told, behind who is told: "told her why".
        Telling = "telling",
        /// A preposition that may complete a common noun: "the talks with Peru".
        Attaches = "attaches",
        /// Between something written and who wrote it: "a letter from X".
        Origin = "origin",
        /// Between a verb of speech and what is said, without changing its meaning: "shot back".
        Aside = "aside",
        /// Before a time: "last week".
        Nearest = "nearest",
        /// would, must: what is said to be possible or right.
        Modal = "modal",
        /// when.
        When = "when",
        /// Begins a clause that completes the one before: "because".
        Completing = "completing",
        /// Begins a clause of another's: "while X says the opposite".
        Contrasting = "contrasting",
        /// Behind a time: "eight years ago".
        Ago = "ago",
        /// A crowd by its plainest name: "people".
        People = "people",
        /// A determiner that stands for its noun as well: "many say".
        Pronominal = "pronominal",
        /// Stands between a verb and its subject for the sound alone: the *t* of French *a-t-il*.
        Euphonic = "euphonic",
    }

    /// What the ending of a word tells, file `endings.tsv`.
    Ending {
        /// Regular past forms: "asked".
        Past = "past",
        /// Forms in -ing: "asking".
        Gerund = "gerund",
        /// Past participles, regular or not: "known", "kept".
        Passive = "passive",
        /// Regular plurals: "claims".
        Plural = "plural",
        /// Adverbs: "slowly".
        Adverb = "adverb",
        /// People by what they do or are: "analyst".
        Agent = "agent",
        /// Numbers of an order: "21st".
        Ordinal = "ordinal",
    }

    /// What a verb of speech can do, file `speech.tsv`.
    SpeechClass {
        /// It may introduce the very words: "said", "asked".
        Says = "says",
        /// It follows its speaker right behind a closed quotation, and hardly is another word: "…?" she asked.
        Follows = "follows",
        /// A past participle that needs its auxiliary: French *a déclaré*.
        NeedsAuxiliary = "needs_auxiliary",
        /// A present participle: "saying".
        Participle = "participle",
        /// The plainest verbs: even a fragment in quotation marks behind them is the whole of what is said.
        Plain = "plain",
        /// Its object is who is told, not what is said: "told", "asked".
        Tells = "tells",
        /// What is said stands behind its object: "urged X to go", "accused X of lying".
        Addresses = "addresses",
        /// Behind it *to* leads to who is told, not to what is said: "spoke to X", but "referred to X". Holds for words that
        /// are no verbs of speech, too.
        ToHearer = "to_hearer",
        /// It gives a thing its name, so that quotation marks may stand for no speech: "called", "dubbed".
        Names = "names",
        /// A form that is a noun as often: "claims", "report". Holds for words that are no verbs of speech, too.
        AlsoNoun = "also_noun",
        /// What things do as well as people: "shows", "proves". Holds for words that are no verbs of speech, too.
        Shows = "shows",
    }

    /// Where a clitic stands to the word that an apostrophe joins it to, file `clitics.tsv`.
    Clitic {
        /// Before it: French *l’*.
        Before = "before",
        /// Behind it: English *’s*.
        Behind = "behind",
        /// Before it only where corpora part words finely, and a part of a word in text: *o’* in "O’Brien".
        PartedBefore = "parted_before",
        /// Behind it only where corpora part words finely: "don ’t".
        PartedBehind = "parted_behind",
        /// Nowhere: it is a word that begins with an apostrophe for what was left out, English *’tis*.
        Elided = "elided",
    }

    /// What a word does in or beside a name, file `name_words.tsv`.
    NameClass {
        /// A small word inside names: "de", "van", "of".
        Particle = "particle",
        /// What acronyms leave out: "of", "the", "pour".
        Small = "small",
        /// What sort of body a name is of, left off when it is short: "Inc", "Party".
        Body = "body",
        /// The end of a person's name that tells generations apart: "Jr", "III".
        Generation = "generation",
        /// What stands alone for a body that was named with it: "the Bank" for "World Bank".
        Institution = "institution",
        /// What follows the name of an armed group: "rebels", "militiamen".
        Fighters = "fighters",
        /// What says that a group or movement is an armed one: "rebel", "Islamist".
        Armed = "armed",
        /// An office that companies have, and places do not: "CEO".
        CompanyOffice = "company_office",
        /// The last word of the name of a building or another work: "Airport", "Bridge".
        Facility = "facility",
        /// A name that ends with a possessive ending of its own: "Moody's".
        Possessive = "possessive",
        /// What stands before the name of a saint, which may name a church or a school: "St", "Saint".
        Saint = "saint",
        /// A noun that may follow the name of a town, in small letters, and is no part of it: "Juba city".
        Settlement = "settlement",
    }
}

/// A set of classes of one kind.
///
/// ```
/// use pressmark_lang::{Language, WordClass};
///
/// let classes = Language::of(Some("en")).classes("not");
/// assert!(classes.contains(WordClass::Negation) && !classes.contains(WordClass::Determiner));
/// assert!(Language::of(Some("en")).classes("harbour").is_empty());
/// ```
pub struct ClassSet<C> {
    bits: u64,
    kind: PhantomData<C>,
}

impl<C> Clone for ClassSet<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for ClassSet<C> {}

impl<C> Default for ClassSet<C> {
    fn default() -> Self {
        Self { bits: 0, kind: PhantomData }
    }
}

impl<C> PartialEq for ClassSet<C> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}

impl<C> Eq for ClassSet<C> {}

impl<C> ClassSet<C> {
    /// Whether no class is in the set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.bits == 0
    }
}

#[expect(private_bounds, reason = "the lists of classes are closed")]
impl<C: Class> ClassSet<C> {
    /// Whether `class` is in the set.
    #[must_use]
    pub fn contains(self, class: C) -> bool {
        self.bits & class.bit() != 0
    }

    /// The classes in the set, in the order of their list.
    pub fn iter(self) -> impl Iterator<Item = C> {
        C::ALL.iter().map(|(_, class)| *class).filter(move |class| self.contains(*class))
    }

    pub(crate) fn insert(&mut self, class: C) {
        self.bits |= class.bit();
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.bits |= other.bits;
    }
}

impl<C: Class> fmt::Debug for ClassSet<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
