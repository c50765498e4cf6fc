//! A page as a flat tree in which every node knows its bytes.
//!
//! Tokens come from `html5gum` (the WHATWG tokenizer, with positions). The tree suits a reader, not a browser: omitted
//! tags are implied, but nothing is ever moved (no foster parenting, no adoption agency), so that nodes are in input
//! order, a subtree is a range of indices, and no walk recurses.

use std::borrow::Cow;
use std::convert::Infallible;
use std::ops::Range;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

/// Depth of open elements past which further ones become siblings.
///
/// Blink's `kMaximumHTMLParserDOMTreeDepth`. It bounds every walk up the ancestors, so that a page nested 100,000 deep
/// costs no more than a flat one.
const MAX_DEPTH: usize = 512;

macro_rules! tags {
    ($($name:ident = $($text:literal)|+;)*) => {
        /// The tag of an element; tags that make no difference here are `Other`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(super) enum Tag { Text, Other, $($name,)* }

        impl Tag {
            fn parse(name: &[u8]) -> Self {
                match std::str::from_utf8(name) {
                    $(Ok($($text)|+) => Self::$name,)*
                    _ => Self::Other,
                }
            }
        }
    };
}

tags! {
    Html = "html"; Head = "head"; Body = "body"; Title = "title"; Meta = "meta"; Link = "link"; Base = "base";
    Script = "script"; Style = "style"; Noscript = "noscript"; Template = "template";
    Div = "div"; P = "p"; Section = "section"; Article = "article"; Main = "main"; Aside = "aside"; Nav = "nav";
    Header = "header"; Footer = "footer"; Address = "address"; Figure = "figure"; Figcaption = "figcaption";
    H1 = "h1"; H2 = "h2"; H3 = "h3"; H4 = "h4"; H5 = "h5"; H6 = "h6"; Hgroup = "hgroup";
    Ul = "ul" | "menu" | "dir"; Ol = "ol"; Li = "li"; Dl = "dl"; Dt = "dt"; Dd = "dd";
    Blockquote = "blockquote"; Q = "q"; Pre = "pre" | "listing" | "xmp" | "plaintext"; Hr = "hr"; Br = "br";
    Table = "table"; Caption = "caption"; Thead = "thead"; Tbody = "tbody"; Tfoot = "tfoot"; Tr = "tr"; Td = "td";
    Th = "th"; Colgroup = "colgroup"; Col = "col";
    Form = "form"; Fieldset = "fieldset"; Legend = "legend"; Label = "label"; Input = "input"; Button = "button";
    Select = "select"; Option = "option" | "optgroup" | "datalist"; Textarea = "textarea"; Details = "details";
    Summary = "summary"; Dialog = "dialog"; Center = "center"; A = "a"; Img = "img";
    Time = "time" | "relative-time" | "time-ago" | "local-time" | "bsp-timestamp";
    Svg = "svg"; Math = "math"; Iframe = "iframe"; Embedded = "object" | "applet" | "canvas" | "audio" | "video"
        | "picture" | "noembed" | "noframes" | "frameset" | "progress" | "meter"
        | "amp-ad" | "amp-embed" | "amp-sidebar" | "amp-consent" | "amp-user-notification" | "amp-iframe"
        | "amp-analytics" | "amp-social-share" | "amp-auto-ads" | "amp-sticky-ad";
    Void = "area" | "embed" | "source" | "track" | "wbr" | "frame" | "param" | "keygen" | "bgsound" | "basefont";
    Island = "foreignobject" | "desc" | "annotation-xml" | "mi" | "mo" | "mn" | "ms" | "mtext";
    Sup = "sup"; Span = "span"; Em = "em" | "i"; Strong = "strong" | "b";
}

impl Tag {
    /// Whether the element never has content.
    fn is_void(self) -> bool {
        use Tag::*;
        matches!(self, Meta | Link | Base | Hr | Br | Col | Input | Img | Void)
    }

    /// Whether the element starts a new line.
    pub(super) fn is_block(self) -> bool {
        use Tag::*;
        self.closes_paragraph()
            || matches!(self, Html | Head | Body | Title | Li | Dt | Dd | Caption | Thead | Tbody | Tfoot | Tr | Td)
            || matches!(self, Th | Colgroup | Col | Legend | Iframe | Embedded)
    }

    /// Whether the start tag closes an open paragraph ("close a p element" in the HTML standard).
    fn closes_paragraph(self) -> bool {
        use Tag::*;
        self.heading_level().is_some()
            || matches!(self, Div | P | Section | Article | Main | Aside | Nav | Header | Footer | Address | Figure)
            || matches!(self, Figcaption | Hgroup | Ul | Ol | Dl | Blockquote | Pre | Hr | Table | Form | Fieldset)
            || matches!(self, Details | Summary | Dialog | Center | Li | Dt | Dd)
    }

    /// 1 for `h1` to 6 for `h6`.
    pub(super) fn heading_level(self) -> Option<u8> {
        use Tag::*;
        [H1, H2, H3, H4, H5, H6].iter().position(|h| *h == self).map(|i| i as u8 + 1)
    }

    /// Whether the content is never visible text of the page.
    pub(super) fn is_silent(self) -> bool {
        use Tag::*;
        matches!(self, Head | Title | Script | Style | Noscript | Template | Svg | Math | Iframe | Embedded)
            || matches!(self, Select | Option | Textarea | Button | Dialog)
    }

    /// Whether the start tag ends an `svg` or `math` that is still open ("any other start tag … in foreign content" in the
    /// HTML standard).
    fn breaks_out(self) -> bool {
        use Tag::*;
        self.heading_level().is_some()
            || matches!(self, Div | P | Ul | Ol | Dl | Li | Dt | Dd | Blockquote | Pre | Hr | Br | Table | Center | Img)
            || matches!(self, Body | Head | Meta | Span | Em | Strong | Sup)
    }

    /// Whether the element stops an end tag ("has an element in scope").
    fn is_scope(self) -> bool {
        use Tag::*;
        matches!(self, Html | Table | Td | Th | Caption | Template | Svg | Math)
    }

    /// Whether the element is allowed in `head`.
    fn is_metadata(self) -> bool {
        use Tag::*;
        matches!(self, Title | Meta | Link | Base | Script | Style | Noscript | Template | Head | Html)
    }
}

macro_rules! attributes {
    ($($name:ident = $($text:literal)|+;)*) => {
        /// The attributes that are kept; all others are ignored.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Attr { $($name,)* }

        impl Attr {
            fn parse(name: &[u8]) -> Option<Self> {
                match std::str::from_utf8(name) {
                    $(Ok($($text)|+) => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

attributes! {
    Class = "class"; Id = "id"; Role = "role"; Itemprop = "itemprop"; Rel = "rel"; Style = "style";
    Hidden = "hidden"; AriaHidden = "aria-hidden"; Datetime = "datetime";
    Content = "content"; Property = "property"; Name = "name"; Lang = "lang" | "xml:lang"; Type = "type";
    Href = "href"; HttpEquiv = "http-equiv";
    Stamp = "data-seconds" | "data-timestamp" | "data-time" | "data-datetime" | "data-date" | "data-utc" | "data-epoch";
    Published = "data-published" | "data-pubdate" | "data-publish-date" | "data-published-date"
        | "data-published-at" | "data-publication-date";
    Tooltip = "title";
    Component = "data-component" | "data-module" | "data-testid" | "data-test-id" | "data-qa" | "data-type"
        | "data-component-name" | "data-block" | "data-name" | "data-print-layout";
}

/// Index that stands for no node.
pub(super) const NONE: u32 = u32::MAX;

/// An element or a run of text.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Its tag.
    pub tag: Tag,
    /// Index of its parent, or [`NONE`].
    pub parent: u32,
    /// One past the last node of its subtree.
    pub end: u32,
    /// Its bytes in the page: the text, or the start tag of an element.
    pub bytes: Range<u32>,
    /// Whether it is inside a link.
    pub linked: bool,
    attributes: Range<u32>,
}

/// The nodes of a page in input order.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    attributes: Vec<(Attr, Range<u32>)>,
    values: String,
    is_deep: bool,
}

impl Tree {
    /// Whether elements are nested deeper than any browser keeps them.
    pub(super) fn is_deep(&self) -> bool {
        self.is_deep
    }

    /// Parses a page, which must be smaller than 4 GiB: offsets are 32 bits wide.
    pub(super) fn parse(html: &str) -> Self {
        let mut builder = Builder::default();
        builder.open_root();
        let mut emitter =
            CallbackEmitter::new(|event: CallbackEvent<'_>, span: Span<usize>| builder.event(event, &span));
        emitter.naively_switch_states(true);
        let Ok(()) = Tokenizer::new_with_emitter(&*without_empty_titles(html), emitter).finish();
        builder.close_to(0);
        if builder.tree.nodes.iter().skip(1).all(|n| n.tag == Tag::Text) {
            builder.split_plain(html);
        }
        builder.tree
    }

    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The node at `index`, which must come from this tree.
    pub(super) fn node(&self, index: u32) -> &Node {
        &self.nodes[index as usize]
    }

    /// Value of an attribute, with character references decoded.
    pub(super) fn attr(&self, index: u32, name: Attr) -> Option<&str> {
        self.attrs(index).find(|(n, _)| *n == name).map(|(_, v)| v)
    }

    /// The kept attributes of an element.
    pub(super) fn attrs(&self, index: u32) -> impl Iterator<Item = (Attr, &str)> {
        let range = &self.node(index).attributes;
        let attributes = self.attributes.get(range.start as usize..range.end as usize).unwrap_or_default();
        attributes.iter().map(|(n, v)| (*n, self.values.get(v.start as usize..v.end as usize).unwrap_or_default()))
    }

    /// The element and its ancestors, innermost first.
    pub(super) fn ancestors(&self, index: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors((index != NONE).then_some(index), |i| {
            let parent = self.node(*i).parent;
            (parent != NONE).then_some(parent)
        })
    }

    /// The children of an element.
    pub(super) fn children(&self, index: u32) -> impl Iterator<Item = u32> + '_ {
        let end = self.node(index).end;
        std::iter::successors((index + 1 < end).then_some(index + 1), move |i| {
            let next = self.node(*i).end;
            (next < end).then_some(next)
        })
    }

    /// Bytes of text inside an element; `None` if there are more than `most`, or too many nodes for a line.
    pub(super) fn text_bytes(&self, index: u32, most: usize) -> Option<usize> {
        /// Set by hand: a line has a few dozen nodes, and the bound keeps the scan of nested elements linear.
        const MOST_NODES: usize = 400;
        let end = self.node(index).end;
        if end.saturating_sub(index) as usize > MOST_NODES {
            return None;
        }
        let bytes = self.texts(index).map(|text| text.len()).sum();
        (bytes <= most).then_some(bytes)
    }

    /// The text nodes inside an element, as byte ranges of the page.
    pub(super) fn texts(&self, index: u32) -> impl Iterator<Item = Range<usize>> + '_ {
        let nodes = self.nodes.get(index as usize..self.node(index).end as usize).unwrap_or_default();
        nodes.iter().filter(|n| n.tag == Tag::Text).map(|n| n.bytes.start as usize..n.bytes.end as usize)
    }
}

/// Replaces every `<title/>` inside `svg` by `<g    />`, which has the same length.
///
/// There the slash closes the element; the tokenizer, which does not know its context, would take the rest of the page
/// for the title.
fn without_empty_titles(html: &str) -> Cow<'_, str> {
    const TITLE: &str = "title";
    // Set by hand: room for an id and a class. The bound keeps pages of unclosed tags from being scanned again and
    // again.
    const MAX_TITLE_TAG: usize = 512;
    let bytes = html.as_bytes();
    let named = |at: usize, name: &str| {
        let end = at + 1 + name.len();
        bytes.get(at + 1..end).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()))
            && bytes.get(end).is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'))
    };
    let mut places: Vec<usize> = Vec::new();
    let mut depth = 0_usize;
    for at in memchr::memchr_iter(b'<', bytes) {
        if named(at, "svg") {
            depth += 1;
        } else if named(at, "/svg") {
            depth = depth.saturating_sub(1);
        } else if depth > 0 && named(at, TITLE) {
            let tag = &bytes[at..bytes.len().min(at + MAX_TITLE_TAG)];
            let end = memchr::memchr(b'>', tag).filter(|end| tag[end - 1] == b'/');
            places.extend(end.map(|_| at + 1));
        }
    }
    if places.is_empty() {
        return Cow::Borrowed(html);
    }
    let mut changed = html.to_owned();
    for at in places {
        changed.replace_range(at..at + TITLE.len(), "g    ");
    }
    Cow::Owned(changed)
}

/// Builds the tree from the tokenizer's events.
#[derive(Debug, Default)]
struct Builder {
    tree: Tree,
    open: Vec<u32>,
    /// Start tags past [`MAX_DEPTH`] without their end tags yet.
    overflow: usize,
    /// The open link; an unclosed `a` ends with its parent.
    link: Option<u32>,
    /// Open `svg` and `math` elements.
    foreign: usize,
    pending: Pending,
}

/// The start tag being read.
#[derive(Debug, Default)]
struct Pending {
    tag: Option<Tag>,
    start: u32,
    /// Index of its first attribute in the tree's list.
    attributes: u32,
    /// Whether the next value belongs to an attribute that is kept.
    kept: bool,
}

impl Builder {
    fn event(&mut self, event: CallbackEvent<'_>, span: &Span<usize>) -> Option<Infallible> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                let attributes = self.tree.attributes.len() as u32;
                let tag = Some(Tag::parse(name));
                self.pending = Pending { tag, start: span.start as u32, attributes, kept: false };
            }
            CallbackEvent::AttributeName { name } => {
                let attr = Attr::parse(name).filter(|_| self.pending.tag.is_some());
                self.pending.kept = attr.is_some();
                if let Some(attr) = attr {
                    let at = self.tree.values.len() as u32;
                    self.tree.attributes.push((attr, at..at));
                }
            }
            CallbackEvent::AttributeValue { value } if self.pending.kept => {
                self.tree.values.push_str(&String::from_utf8_lossy(value));
                if let Some((_, range)) = self.tree.attributes.last_mut() {
                    range.end = self.tree.values.len() as u32;
                }
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                if let Some(tag) = self.pending.tag.take() {
                    self.start(tag, self.pending.start..span.end as u32, self.pending.attributes, self_closing);
                }
            }
            CallbackEvent::EndTag { name } => self.end(Tag::parse(name), span.start as u32..span.end as u32),
            CallbackEvent::String { .. } => drop(self.push(Tag::Text, span.start as u32..span.end as u32, 0..0)),
            _ => {}
        }
        None
    }

    /// Opens the implied `html` element.
    fn open_root(&mut self) {
        let root = self.push(Tag::Html, 0..0, 0..0);
        self.open.push(root);
    }

    /// Treats a page without any tag as plain text, with paragraphs separated by blank lines.
    fn split_plain(&mut self, html: &str) {
        let texts: Vec<Range<u32>> = self.tree.nodes.iter().skip(1).map(|n| n.bytes.clone()).collect();
        self.tree.nodes.clear();
        self.open_root();
        for bytes in texts {
            let text = html.get(bytes.start as usize..bytes.end as usize).unwrap_or_default();
            let mut start = bytes.start;
            for line in text.split_inclusive('\n') {
                let end = start + line.len() as u32;
                if line.trim().is_empty() {
                    self.push(Tag::Hr, start..start, 0..0);
                }
                self.push(Tag::Text, start..end, 0..0);
                start = end;
            }
        }
        self.close_to(0);
    }

    fn current(&self) -> Option<Tag> {
        self.open.last().map(|i| self.tree.node(*i).tag)
    }

    fn push(&mut self, tag: Tag, bytes: Range<u32>, attributes: Range<u32>) -> u32 {
        let index = self.tree.nodes.len() as u32;
        let parent = self.open.last().copied().unwrap_or(NONE);
        let linked = self.link.is_some();
        self.tree.nodes.push(Node { tag, parent, end: index + 1, bytes, linked, attributes });
        index
    }

    /// Closes open elements until `depth` are left.
    fn close_to(&mut self, depth: usize) {
        let end = self.tree.nodes.len() as u32;
        for index in self.open.drain(depth.min(self.open.len())..) {
            if let Some(node) = self.tree.nodes.get_mut(index as usize) {
                node.end = end;
                self.foreign -= usize::from(matches!(node.tag, Tag::Svg | Tag::Math));
            }
            if self.link == Some(index) {
                self.link = None;
            }
        }
    }

    /// Closes the innermost open element for which `wanted` holds, unless a `barrier` is inside it.
    fn close(&mut self, wanted: impl Fn(Tag) -> bool, barrier: impl Fn(Tag) -> bool) -> bool {
        for depth in (0..self.open.len()).rev() {
            let tag = self.tree.node(self.open[depth]).tag;
            if wanted(tag) {
                self.close_to(depth);
                return true;
            }
            if barrier(tag) {
                return false;
            }
        }
        false
    }

    /// Closes the open `svg` and `math` elements, up to one whose content is HTML again (`foreignObject`).
    fn leave_foreign(&mut self) {
        while self.foreign > 0 {
            let tags = self.open.iter().map(|i| self.tree.node(*i).tag).enumerate();
            let inner = tags.rev().find(|(_, tag)| matches!(tag, Tag::Svg | Tag::Math | Tag::Island | Tag::Title));
            match inner {
                Some((depth, Tag::Svg | Tag::Math)) => self.close_to(depth),
                _ => break,
            }
        }
    }

    fn start(&mut self, tag: Tag, bytes: Range<u32>, attributes: u32, self_closing: bool) {
        use Tag::*;
        let attributes = attributes..self.tree.attributes.len() as u32;
        if tag.breaks_out() {
            self.leave_foreign();
        }
        if self.current() == Some(Head) && !tag.is_metadata() {
            self.close_to(self.open.len() - 1);
        }
        if tag.closes_paragraph() {
            self.close(|t| t == P, Tag::is_scope);
        }
        let is_list = |t| matches!(t, Ul | Ol | Dl) || Tag::is_scope(t);
        match tag {
            Li => drop(self.close(|t| t == Li, is_list)),
            Dt | Dd => drop(self.close(|t| matches!(t, Dt | Dd), is_list)),
            Td | Th => drop(self.close(|t| matches!(t, Td | Th), |t| matches!(t, Table | Tr))),
            Tr => drop(self.close(|t| t == Tr, |t| t == Table)),
            Thead | Tbody | Tfoot => drop(self.close(|t| matches!(t, Thead | Tbody | Tfoot), |t| t == Table)),
            A => drop(self.close(|t| t == A, |t| t.is_block())),
            Option => drop(self.close(|t| t == Option, |t| t == Select)),
            H1 | H2 | H3 | H4 | H5 | H6 if self.current().and_then(Tag::heading_level).is_some() => {
                self.close_to(self.open.len() - 1);
            }
            Html => {
                if let Some(root) = self.tree.nodes.first_mut().filter(|root| root.attributes.is_empty()) {
                    root.attributes = attributes;
                }
                return;
            }
            // A second `body` only adds attributes, which are not used.
            Body if self.open.iter().any(|i| self.tree.node(*i).tag == tag) => return,
            _ => {}
        }
        let in_foreign = self.foreign > 0 || matches!(tag, Svg | Math);
        let index = self.push(tag, bytes, attributes);
        if tag == A && self.tree.attr(index, Attr::Href).is_some() {
            self.link = Some(index);
        }
        if tag.is_void() || (self_closing && in_foreign) {
            return;
        }
        if self.open.len() < MAX_DEPTH {
            self.open.push(index);
            self.foreign += usize::from(matches!(tag, Svg | Math));
        } else {
            self.overflow += 1;
            self.tree.is_deep = true;
        }
    }

    fn end(&mut self, tag: Tag, bytes: Range<u32>) {
        use Tag::*;
        if self.overflow > 0 && !tag.is_void() {
            self.overflow -= 1;
            return;
        }
        match tag {
            A => {
                self.link = None;
                self.close(|t| t == A, Tag::is_block);
            }
            P => {
                if !self.close(|t| t == P, Tag::is_scope) {
                    self.push(P, bytes, 0..0);
                }
            }
            Br => drop(self.push(Br, bytes, 0..0)),
            // Content after `</body>` still belongs to the page.
            Body | Html => {}
            Table | Svg | Math | Template => drop(self.close(|t| t == tag, |_| false)),
            Td | Th | Tr | Thead | Tbody | Tfoot | Caption => drop(self.close(|t| t == tag, |t| t == Table)),
            H1 | H2 | H3 | H4 | H5 | H6 => drop(self.close(|t| t.heading_level().is_some(), Tag::is_scope)),
            tag if tag.is_void() => {}
            tag if tag.is_block() || tag.is_silent() => drop(self.close(|t| t == tag, Tag::is_scope)),
            // An inline end tag does not close anything outside its block.
            tag => drop(self.close(|t| t == tag, Tag::is_block)),
        }
    }
}
