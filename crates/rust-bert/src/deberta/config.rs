use serde::Deserialize;

/// The part of a DeBERTa's `config.json` that affects the arithmetic.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Config {
    model_type: String,
    pub(super) hidden_size: i64,
    pub(super) num_hidden_layers: usize,
    pub(super) num_attention_heads: i64,
    max_position_embeddings: i64,
    #[serde(default = "layer_norm_eps")]
    pub(super) layer_norm_eps: f64,
    hidden_act: String,
    #[serde(default)]
    relative_attention: bool,
    max_relative_positions: Option<i64>,
    position_buckets: Option<i64>,
    #[serde(default)]
    pos_att_type: Names,
    #[serde(default)]
    pub(super) share_att_key: bool,
    norm_rel_ebd: Option<String>,
    position_biased_input: Option<bool>,
    #[serde(default)]
    pub(super) type_vocab_size: i64,
    conv_kernel_size: Option<i64>,
    #[serde(default = "conv_groups")]
    pub(super) conv_groups: i64,
    conv_act: Option<String>,
    pooler_hidden_act: Option<String>,
    #[serde(default)]
    talking_head: bool,
    attention_head_size: Option<i64>,
}

/// Default of transformers.
fn layer_norm_eps() -> f64 {
    1e-7
}

/// Default of transformers.
fn conv_groups() -> i64 {
    1
}

/// Names as a list, or in one string separated by `|`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Names {
    List(Vec<String>),
    Joined(String),
    None(()),
}

impl Default for Names {
    fn default() -> Self {
        Self::None(())
    }
}

impl Names {
    fn iter(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Self::List(names) => Box::new(names.iter().map(String::as_str)),
            Self::Joined(names) => Box::new(names.split('|').map(str::trim).filter(|n| !n.is_empty())),
            Self::None(()) => Box::new(std::iter::empty()),
        }
    }
}

/// Configuration of relative positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Relative {
    /// Number of buckets: distances beyond half of it share buckets on a logarithmic scale. `None` for one bucket per
    /// distance.
    pub(super) buckets: Option<i64>,
    /// Maximum distance.
    pub(super) furthest: i64,
    /// Whether content-to-position and position-to-content attention are used.
    pub(super) c2p: bool,
    pub(super) p2c: bool,
    /// Whether the relative position embeddings are layer-normalized.
    pub(super) norm: bool,
}

impl Relative {
    /// Rows of the embedding table on either side of distance 0.
    pub(super) fn span(self) -> i64 {
        self.buckets.unwrap_or(self.furthest)
    }
}

impl Config {
    /// Whether it is version 1, whose layers have a different layout.
    pub(super) fn is_first(&self) -> bool {
        self.model_type == "deberta"
    }

    /// Why such a model is unsupported; `None` if it is supported.
    pub(crate) fn refusal(&self) -> Option<String> {
        let is = |key: &str, got: &str, expected: &str| Some(format!("its {key} is {got}, expected {expected}"));
        let heads = self.num_attention_heads;
        if heads < 1 || self.hidden_size < 1 || self.hidden_size % heads != 0 {
            return Some(format!("its hidden_size of {} is not a multiple of its {heads} heads", self.hidden_size));
        }
        if let Some(size) = self.attention_head_size.filter(|size| size * heads != self.hidden_size) {
            return is("attention_head_size", &size.to_string(), &(self.hidden_size / heads).to_string());
        }
        if let Some(kind) = self.pos_att_type.iter().find(|kind| !["c2p", "p2c"].contains(kind)) {
            return is("pos_att_type", kind, "c2p and p2c");
        }
        if self.talking_head {
            return is("talking_head", "true", "false");
        }
        for (key, got) in
            [("hidden_act", Some(&self.hidden_act)), ("pooler_hidden_act", self.pooler_hidden_act.as_ref())]
        {
            if let Some(got) = got.filter(|got| *got != "gelu") {
                return is(key, got, "gelu");
            }
        }
        if let Some(got) = self.conv_act.as_ref().filter(|got| !["gelu", "tanh"].contains(&got.as_str())) {
            return is("conv_act", got, "gelu or tanh");
        }
        // Buckets use logarithms to this base, which must exceed 1.
        match self.relative() {
            Some(Relative { buckets: Some(buckets), furthest, .. }) if buckets < 4 || furthest - 1 <= buckets / 2 => {
                is("position_buckets", &buckets.to_string(), &format!("4 to twice {}", furthest - 2))
            }
            _ => None,
        }
    }

    pub(super) fn relative(&self) -> Option<Relative> {
        let has = |kind: &str| self.pos_att_type.iter().any(|name| name == kind);
        self.relative_attention.then(|| Relative {
            buckets: self.position_buckets.filter(|&n| n > 0 && !self.is_first()),
            furthest: self.max_relative_positions.filter(|&n| n > 0).unwrap_or(self.max_position_embeddings),
            c2p: has("c2p"),
            p2c: has("p2c"),
            norm: !self.is_first()
                && self.norm_rel_ebd.iter().flat_map(|n| n.split('|')).any(|n| n.trim() == "layer_norm"),
        })
    }

    /// Whether absolute positions are added to the word embeddings too.
    pub(super) fn has_positions(&self) -> bool {
        self.position_biased_input.unwrap_or(true)
    }

    /// Kernel size of the convolution beside the first layer, if there is one.
    pub(super) fn convolution(&self) -> Option<i64> {
        self.conv_kernel_size.filter(|&size| size > 0 && !self.is_first())
    }

    pub(super) fn convolution_is_gelu(&self) -> bool {
        self.conv_act.as_deref() == Some("gelu")
    }
}
