//! UIMA CAS XMI 1.0 with the types of DKPro Core and custom layers, as INCEpTION imports and exports it.
//!
//! Offsets are UTF-16 code units, as in Java.
//!
//! Mentions are `NamedEntity` (`value`, and the entity as `identifier`); quotations, speakers and cues are
//! `webanno.custom.Quotation` with a `label` and slots that link to other spans; frames are document annotations,
//! `webanno.custom.Frame`. Characters that XML cannot represent are written as U+FFFD.

use std::collections::HashMap;
use std::fmt::Write;

use pressmark_jsonl::{CodePoints, Record};
use roxmltree::{Document, Node};

use crate::error::{Error, wrong};
use crate::files::File;
use crate::marks::{Link, Mark, Marks, Read, frame_name, parse_frame_name};
use crate::units::Utf16;
use crate::xml::{attribute, expressible};

/// Type system of the custom layers; built-in types need no declaration.
pub(crate) const TYPE_SYSTEM: &str = include_str!("TypeSystem.xml");

/// Counter of XMI element ids.
struct Ids(usize);

impl Ids {
    fn next(&mut self) -> usize {
        self.0 += 1;
        self.0
    }
}

/// Id of the sofa, the element that holds the text.
const SOFA: usize = 1;

pub(crate) fn document(row: &Record<'_>, marks: &Marks) -> String {
    let units = Utf16::new(&marks.text);
    let length = units.of(usize::MAX);
    let (mut body, mut members, mut ids) = (String::new(), Vec::new(), Ids(SOFA));
    let mut element = |name: &str, id: usize, place: Option<(usize, usize)>, rest: &str| {
        let place = place.map(|(start, end)| format!(" begin=\"{start}\" end=\"{end}\"")).unwrap_or_default();
        let _ = writeln!(body, "  <{name} xmi:id=\"{id}\" sofa=\"{SOFA}\"{place}{rest}/>");
        members.push(id.to_string());
    };
    let at = |start: usize, end: usize| Some((units.of(start), units.of(end)));
    let language = attribute(row.meta.language.as_deref().unwrap_or("x-unspecified"));
    let title = attribute(&expressible(row.meta.title.as_deref().unwrap_or(&row.id)));
    let id = attribute(&expressible(&row.id));
    let about = format!(" language=\"{language}\" documentTitle=\"{title}\" documentId=\"{id}\"");
    element("type:DocumentMetaData", ids.next(), Some((0, length)), &about);
    for sent in &row.sents {
        element("type2:Sentence", ids.next(), at(sent.start, sent.end), "");
    }
    // In UIMA white space is between tokens, whatever its length.
    let points = CodePoints::new(&marks.text);
    let is_token = |token: &&pressmark_jsonl::Token| !points.slice(token.start, token.end).trim().is_empty();
    for token in row.tokens.iter().filter(is_token) {
        element("type2:Token", ids.next(), at(token.start, token.end), "");
    }
    let numbers: Vec<usize> = marks.spans.iter().map(|_| ids.next()).collect();
    let mut links: Vec<Vec<(usize, usize, &str)>> = vec![Vec::new(); marks.spans.len()];
    let linked = marks.numbered_links();
    for (from, to, label) in &linked {
        links[*from].push((ids.next(), numbers[*to], label));
    }
    for ((span, number), links) in marks.spans.iter().zip(&numbers).zip(&links) {
        let label = attribute(&expressible(&span.label));
        let place = at(span.start, span.end);
        if span.is_mention() {
            let entity = span.entity.as_ref().map(|entity| format!(" identifier=\"{}\"", attribute(entity)));
            element("type3:NamedEntity", *number, place, &format!(" value=\"{label}\"{}", entity.unwrap_or_default()));
        } else {
            let slots: Vec<String> = links.iter().map(|(id, _, _)| id.to_string()).collect();
            let slots = if slots.is_empty() { String::new() } else { format!(" links=\"{}\"", slots.join(" ")) };
            element("custom:Quotation", *number, place, &format!(" label=\"{label}\"{slots}"));
        }
    }
    for name in &marks.frames {
        let (codebook, label) = parse_frame_name(name);
        let said = format!(" codebook=\"{}\" label=\"{}\"", attribute(codebook), attribute(label));
        element("custom:Frame", ids.next(), None, &said);
    }
    for (id, target, role) in links.iter().flatten() {
        // A slot link is not an annotation, and therefore not a member of the view.
        let _ = writeln!(body, "  <custom:QuotationLinksLink xmi:id=\"{id}\" role=\"{role}\" target=\"{target}\"/>");
    }
    let text = attribute(&expressible(&marks.text));
    let members = members.join(" ");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xmi:XMI xmi:version=\"2.0\" xmlns:xmi=\"http://www.omg.org/XMI\" \
         xmlns:cas=\"http:///uima/cas.ecore\" \
         xmlns:type=\"http:///de/tudarmstadt/ukp/dkpro/core/api/metadata/type.ecore\" \
         xmlns:type2=\"http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore\" \
         xmlns:type3=\"http:///de/tudarmstadt/ukp/dkpro/core/api/ner/type.ecore\" \
         xmlns:custom=\"http:///webanno/custom.ecore\">\n  <cas:NULL xmi:id=\"0\"/>\n{body}  \
         <cas:Sofa xmi:id=\"{SOFA}\" sofaNum=\"1\" sofaID=\"_InitialView\" mimeType=\"text\" sofaString=\"{text}\"/>\n  \
         <cas:View sofa=\"{SOFA}\" members=\"{members}\"/>\n</xmi:XMI>\n"
    )
}

pub(crate) fn read(files: &[File]) -> Result<Read, Error> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !file.name.eq_ignore_ascii_case("TypeSystem.xml")) {
        let tree = Document::parse(file.text()?).map_err(|source| Error::Xml { place: file.name.clone(), source })?;
        found.push((file.name.clone(), marks_of(&tree, file)?));
    }
    Ok((found, Vec::new()))
}

/// XMI namespace, for the attribute `xmi:id`.
const XMI: &str = "http://www.omg.org/XMI";

fn marks_of(tree: &Document<'_>, file: &File) -> Result<Marks, Error> {
    let elements: Vec<Node<'_, '_>> = tree.root_element().children().filter(Node::is_element).collect();
    let of = |name: &'static str| elements.iter().filter(move |element| element.tag_name().name() == name);
    let sofas: Vec<&str> = of("Sofa").filter_map(|sofa| sofa.attribute("sofaString")).collect();
    let [text] = sofas[..] else {
        return Err(wrong(&file.name, format!("has {} texts, expected one", sofas.len())));
    };
    let units = Utf16::new(text);
    let own = of("DocumentMetaData").find_map(|data| data.attribute("documentId"));
    let mut marks = Marks { id: own.unwrap_or(file.stem()).to_owned(), text: text.to_owned(), ..Marks::default() };
    for (name, label) in [("NamedEntity", "value"), ("Quotation", "label")] {
        for element in of(name) {
            let place = || format!("the element {} of {}", element.attribute((XMI, "id")).unwrap_or(name), file.name);
            let at = |key: &str| {
                let unit = element.attribute(key).and_then(|value| value.parse().ok());
                unit.and_then(|unit| units.point(unit)).ok_or_else(|| {
                    let what = format!("has no {key} on the edge of a character, in UTF-16 code units");
                    wrong(place(), what)
                })
            };
            marks.spans.push(Mark {
                key: element.attribute((XMI, "id")).unwrap_or_default().to_owned(),
                start: at("begin")?,
                end: at("end")?,
                label: element.attribute(label).ok_or_else(|| wrong(place(), format!("has no {label}")))?.to_owned(),
                entity: element.attribute("identifier").filter(|_| label == "value").map(str::to_owned),
                tone: None,
            });
        }
    }
    let slots: HashMap<&str, (&str, &str)> = of("QuotationLinksLink")
        .filter_map(|link| Some((link.attribute((XMI, "id"))?, (link.attribute("role")?, link.attribute("target")?))))
        .collect();
    for element in of("Quotation") {
        let from = element.attribute((XMI, "id")).unwrap_or_default();
        let list = element.attribute("links").unwrap_or_default();
        for (role, target) in list.split_whitespace().filter_map(|id| slots.get(id)) {
            marks.links.push(Link { from: from.to_owned(), to: (*target).to_owned(), label: (*role).to_owned() });
        }
    }
    let frame = |frame: &Node<'_, '_>| Some(frame_name(frame.attribute("codebook")?, frame.attribute("label")?));
    marks.frames = of("Frame").filter_map(frame).collect();
    marks.check(&file.name)?;
    Ok(marks)
}
