use std::collections::HashMap;
use std::path::Path;

use tch::{Kind, TchError, Tensor};

/// The tensors of a file, by name.
pub(super) struct Weights(HashMap<String, Tensor>);

/// A linear layer.
pub(super) struct Linear {
    pub(super) weight: Tensor,
    pub(super) bias: Option<Tensor>,
}

impl Linear {
    pub(super) fn of(&self, x: &Tensor) -> Tensor {
        x.linear(&self.weight, self.bias.as_ref())
    }

    pub(super) fn copy(&self) -> Self {
        Self { weight: self.weight.shallow_clone(), bias: self.bias.as_ref().map(Tensor::shallow_clone) }
    }
}

/// Layer normalization over the last dimension.
pub(super) struct Norm {
    weight: Tensor,
    bias: Tensor,
    eps: f64,
}

impl Norm {
    pub(super) fn of(&self, x: &Tensor) -> Tensor {
        x.layer_norm(self.weight.size(), Some(&self.weight), Some(&self.bias), self.eps, false)
    }
}

impl Weights {
    /// Reads a file of weights; libtorch itself reads `.ot` and `.bin`.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let tensors = match path.extension().and_then(|e| e.to_str()) {
            Some("safetensors") => Tensor::read_safetensors(path),
            Some("bin") => Tensor::loadz_multi(path),
            _ => Tensor::load_multi(path),
        };
        let whole = |tensors: Vec<(String, Tensor)>| tensors.into_iter().collect();
        tensors.map(|t| Self(whole(t))).map_err(|e: TchError| e.to_string())
    }

    /// Removes a tensor and converts it to single precision.
    pub(super) fn take(&mut self, name: &str) -> Result<Tensor, String> {
        let tensor = self.0.remove(name).ok_or_else(|| format!("its weights have no {name}"))?;
        Ok(tensor.to_kind(Kind::Float))
    }

    pub(super) fn linear(&mut self, name: &str) -> Result<Linear, String> {
        let bias = self.take(&format!("{name}.bias"))?;
        Ok(Linear { bias: Some(bias), ..self.matrix(name)? })
    }

    /// A linear layer without bias.
    pub(super) fn matrix(&mut self, name: &str) -> Result<Linear, String> {
        Ok(Linear { weight: self.take(&format!("{name}.weight"))?, bias: None })
    }

    pub(super) fn norm(&mut self, name: &str, eps: f64) -> Result<Norm, String> {
        let (weight, bias) = (self.take(&format!("{name}.weight"))?, self.take(&format!("{name}.bias"))?);
        Ok(Norm { weight, bias, eps })
    }
}
