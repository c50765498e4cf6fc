//! Classes of words, and sets of them.

use std::fmt;
use std::marker::PhantomData;

/// A closed set of classes that a data file may name.
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
    /// Classes of phrases by which pages and tables describe an article, and of other page furniture; file
    /// `page_phrases.tsv`.
    PagePhrase {
        /// Introduces the name in a byline: "written by".
        Byline = "byline",
        /// Begins a link that asks for an action: "follow".
        Request = "request",
        /// A role rather than a name: "correspondent".
        Role = "role",
        /// Marks a date as that of publication: "published".
        Published = "published",
        /// Marks a date as another one: "updated".
        OtherDate = "other_date",
        /// Asks for a subscription to read the rest of an article: "subscribe to read".
        Offer = "offer",
        /// A word of running text: a line with one reports something rather than asking the reader for an action.
        Report = "report",
        /// Between a reader's name and the reader's comment: "writes".
        Comment = "comment",
        /// Further words that mark a phrase as a role, beside those of [`Role`](PagePhrase::Role): "senior", "guest".
        RoleWord = "role_word",
        /// Separators between the names of two writers.
        NameJoiner = "name_joiner",
        /// Words that a title may start with and a name does not.
        NoName = "no_name",
        /// Last words of outlets' names.
        OutletWord = "outlet_word",
        /// Occupations of people who write for outlets, in author biographies.
        Calling = "calling",
        /// Verbs behind the name in an author biography.
        BiographyVerb = "biography_verb",
        /// Words typical of author biographies, or their beginnings.
        Biography = "biography",
        /// Labels before contact details: "tel:".
        ContactLabel = "contact_label",
        /// Beginnings of lines that are captions.
        Caption = "caption",
        /// Beginnings of words that mark an article as republished from elsewhere.
        Republished = "republished",
        /// Words between such a word and the outlet.
        BeforeOutlet = "before_outlet",
        /// Words that end the outlet's name in such a line.
        BehindOutlet = "behind_outlet",
        /// Beginnings of words that start a date line, without accents.
        Dated = "dated",
        /// Other words of date lines, without accents: days of the week, times of day, time zones, "published".
        DateWord = "date_word",
        /// Label of the questions of an interview: "Q".
        Question = "question",
        /// Label of its answers: "A".
        Answer = "answer",
        /// Words before the owner in a copyright line: "copyright".
        Copyright = "copyright",
        /// Words between such a word and the owner: "by".
        BeforeOwner = "before_owner",
        /// The phrase "all rights reserved".
        RightsReserved = "rights_reserved",
        /// Particles in writers' names that are not particles of other names: "of".
        WriterParticle = "writer_particle",
        /// Particles in the names of outlets and places: "of", "the".
        OutletParticle = "outlet_particle",
        /// Words between a byline and the date behind it: "on".
        BeforeDate = "before_date",
        /// Labels before the name of a photographer: "credit".
        PhotoCredit = "photo_credit",
        /// Begins the credit of reporters at the end of an article: "reporting by".
        ReportedBy = "reported_by",
        /// Begins the credit of others who worked on an article, at its end: "editing by".
        EditedBy = "edited_by",
        /// Units that news databases count: "documents".
        Counted = "counted",
        /// Words between the two numbers of a count such as "2 of 40", without accents.
        CountedOf = "counted_of",
        /// Units of article length, without accents: "words".
        LengthUnit = "length_unit",
        /// Names of the field with the text of an article.
        TextField = "text_field",
        /// Names of the field with the id of a record.
        IdField = "id_field",
        /// Names of the field with the title.
        TitleField = "title_field",
        /// Names of the field with the URL.
        UrlField = "url_field",
        /// Names of the field with the date of publication.
        DateField = "date_field",
        /// Names of the field with the authors.
        AuthorsField = "authors_field",
        /// Names of the field with the outlet.
        SiteField = "site_field",
        /// Names of the field with the language.
        LanguageField = "language_field",
    }

    /// Classes of function words and of the nouns and verbs around speech; file `words.tsv`. There is no part-of-speech
    /// tagger: these lists and the shape of a word take its place.
    WordClass {
        /// the, these, every.
        Determiner = "determiner",
        /// the, this: marks its noun as known.
        Definite = "definite",
        /// my, their.
        Possessive = "possessive",
        /// of, against, during.
        Preposition = "preposition",
        /// he, they: pronouns in subject position, who included.
        SubjectPronoun = "subject_pronoun",
        /// him, them.
        ObjectPronoun = "object_pronoun",
        /// A form of *be*.
        Be = "be",
        /// is, has, will: words that may precede a main verb.
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
        /// in, on, when: opens a phrase of time or place.
        Circumstance = "circumstance",
        /// vitamin, figure, plan: a noun that a letter or number may label.
        Labelled = "labelled",
        /// image, photo: the label of a photo credit, before a colon.
        CaptionLabel = "caption_label",
        /// yesterday, Tuesday, month.
        Time = "time",
        /// spokesman, official: speaks for somebody else.
        Representative = "representative",
        /// senator, mother, analyst: a common noun for a person or body that speaks.
        Role = "role",
        /// rebels, militia: a body of armed people, or its members.
        Armed = "armed",
        /// government, army: stands for its country.
        StateBody = "state_body",
        /// letter, statement: speaks for its author.
        Document = "document",
        /// he, however: opens a sentence that reads badly without the one before.
        Anaphoric = "anaphoric",
        /// as, in "as X said".
        Manner = "manner",
        /// out, back: completes a verb of speech ("points out", "fired back").
        Particle = "particle",
        /// during, via: begins an adverbial behind a complete quotation ("“…” during a debate").
        Adverbial = "adverbial",
        /// French *a*, *ont*: makes a past participle a finite verb.
        Perfect = "perfect",
        /// Subject attached to its verb by a hyphen: French *dit-il*.
        CliticSubject = "clitic_subject",
        /// went, took: a finite form that no spelling rule recognises.
        Finite = "finite",
        /// seek, try, sought: an action rather than speech, though it tells what somebody wants.
        Act = "act",
        /// company, group: a noun for any body that trades or acts together.
        Body = "body",
        /// father, spokesman: a noun or title for a man.
        Masculine = "masculine",
        /// daughter, actress: a noun or title for a woman.
        Feminine = "feminine",
        /// dollars, naira: a unit of money and nothing else.
        Currency = "currency",
        /// former, ex: marks an office as no longer held.
        Former = "former",
        /// million, bn: a multiplier of the number before it.
        Scale = "scale",
        /// the: an article that may precede a name without being part of it.
        Article = "article",
    }

    /// Functions of single function words, for rules that need one word rather than a whole class; file
    /// `function_words.tsv`.
    FunctionWord {
        /// Begins a reported clause: "that".
        That = "that",
        /// Before an infinitive or an addressee: "to".
        To = "to",
        /// Begins an indirect question: "whether".
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
        /// Before an agent: "confirmed by X".
        By = "by",
        /// and.
        And = "and",
        /// but.
        But = "but",
        /// or.
        Or = "or",
        /// Before the next event: "then".
        Then = "then",
        /// Negates a verb: "never".
        Not = "not",
        /// Begins a phrase that stands for no one: "nobody", "no minister", "none of them".
        Nobody = "nobody",
        /// Marks the name before it as an owner: "’s".
        Genitive = "genitive",
        /// Marks a plural as an owner: the apostrophe of "the miners’".
        PluralGenitive = "plural_genitive",
        /// Begins a relative clause: "who".
        Relative = "relative",
        /// Begins the content, behind the addressee: "told her why".
        Telling = "telling",
        /// A preposition that may attach to a common noun: "the talks with Peru".
        Attaches = "attaches",
        /// Between a document and its author: "a letter from X".
        Origin = "origin",
        /// Between a verb of speech and its content, without changing the meaning: "shot back".
        Aside = "aside",
        /// Before a time: "last week".
        Nearest = "nearest",
        /// would, must: a modal verb.
        Modal = "modal",
        /// when.
        When = "when",
        /// Begins a clause that completes the one before: "because".
        Completing = "completing",
        /// Begins a contrasting clause by the outlet: "while X says the opposite".
        Contrasting = "contrasting",
        /// After a time: "eight years ago".
        Ago = "ago",
        /// The plainest noun for a crowd: "people".
        People = "people",
        /// A determiner that may replace its noun: "many say".
        Pronominal = "pronominal",
        /// Inserted between verb and subject for euphony: the *t* of French *a-t-il*.
        Euphonic = "euphonic",
        /// A pronoun of the third person for the subject itself, before its verb: French *s'est indigné*.
        Reflexive = "reflexive",
    }

    /// Classes of words recognised by their ending; file `endings.tsv`.
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
        /// Nouns for people by occupation or trait: "analyst".
        Agent = "agent",
        /// Ordinal numbers: "21st".
        Ordinal = "ordinal",
    }

    /// Behaviour of a verb of speech; file `speech.tsv`.
    SpeechClass {
        /// May introduce a verbatim quotation: "said", "asked".
        Says = "says",
        /// May follow its speaker right behind a closed quotation, and is hardly ever another word: "…?" she asked.
        Follows = "follows",
        /// A past participle that needs its auxiliary: French *a déclaré*.
        NeedsAuxiliary = "needs_auxiliary",
        /// A verb of speech only with a reflexive pronoun: French *s'étonne*.
        Reflexive = "reflexive",
        /// A past participle that needs a reflexive pronoun and its auxiliary: French *s'est étonné*.
        ReflexiveParticiple = "reflexive_participle",
        /// A present participle: "saying".
        Participle = "participle",
        /// The plainest verbs: a fragment in quotation marks behind one is a whole quotation.
        Plain = "plain",
        /// Takes the addressee as its object rather than the content: "told", "asked".
        Tells = "tells",
        /// Has its content behind its object: "urged X to go", "accused X of lying".
        Addresses = "addresses",
        /// Followed by *to* and the addressee rather than the content: "spoke to X", but "referred to X". Includes
        /// words that are not verbs of speech.
        ToHearer = "to_hearer",
        /// Gives something a name, so that quotation marks behind it may not be speech: "called", "dubbed".
        Names = "names",
        /// A form that is as often a noun: "claims", "report". Includes words that are not verbs of speech.
        AlsoNoun = "also_noun",
        /// Takes things as subjects as well as people: "shows", "proves". Includes words that are not verbs of speech.
        Shows = "shows",
    }

    /// Position of a clitic relative to the word that an apostrophe joins it to; file `clitics.tsv`.
    Clitic {
        /// Before the word: French *l’*.
        Before = "before",
        /// Behind the word: English *’s*.
        Behind = "behind",
        /// Before the word in corpora with fine tokenization, part of the word in text: *o’* in "O’Brien".
        PartedBefore = "parted_before",
        /// Behind the word in corpora with fine tokenization only: "don ’t".
        PartedBehind = "parted_behind",
        /// Not a clitic: a word whose apostrophe marks an elision at its start, English *’tis*.
        Elided = "elided",
    }

    /// Function of a word in or beside a name; file `name_words.tsv`.
    NameClass {
        /// A particle inside names: "de", "van", "of".
        Particle = "particle",
        /// A word that acronyms leave out: "of", "the", "pour".
        Small = "small",
        /// The kind of body in a name, dropped in its short form: "Inc", "Party".
        Body = "body",
        /// A generational suffix of a person's name: "Jr", "III".
        Generation = "generation",
        /// A noun that alone refers to a body named with it: "the Bank" for "World Bank".
        Institution = "institution",
        /// A noun behind the name of an armed group: "rebels", "militiamen".
        Fighters = "fighters",
        /// An adjective that marks a group or movement as armed: "rebel", "Islamist".
        Armed = "armed",
        /// An office in companies but not in places: "CEO".
        CompanyOffice = "company_office",
        /// The last word of the name of a building or other structure: "Airport", "Bridge".
        Facility = "facility",
        /// A name that itself ends in a possessive: "Moody's".
        Possessive = "possessive",
        /// Precedes the name of a saint, which may name a church or a school: "St", "Saint".
        Saint = "saint",
        /// A lowercase noun that may follow the name of a town without being part of it: "Juba city".
        Settlement = "settlement",
        /// A word of a political party as the press names it in brackets behind a member: "Lab", "Plaid Cymru".
        Party = "party",
        /// A form of address that, before a country, begins the title of a beauty queen: "Miss Peru".
        Pageant = "pageant",
    }
}

/// A set of classes of one kind, as a bit set.
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
    /// Whether the set is empty.
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

    /// Classes in the set, in declaration order.
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
