//! Amounts in rows: millicores, mebibytes, and parts of what there is.

use serde_json::Value;

use crate::output::{gofmt, quantity::Quantity};

/// Processor and memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Processor time.
    pub cpu: Quantity,
    /// Memory.
    pub memory: Quantity,
}

impl Usage {
    /// Reads `{"cpu": …, "memory": …}`; what is not there is 0.
    pub fn read(amounts: &Value) -> Self {
        let of =
            |key: &str| amounts.get(key).map(|it| Quantity::parse(&gofmt::print(it))).unwrap_or_default();
        Self { cpu: of("cpu"), memory: of("memory") }
    }

    /// Adds another.
    pub fn add(&mut self, other: Self) {
        self.cpu.add(other.cpu);
        self.memory.add(other.memory);
    }

    /// The cells, each with its part of `whole`, if that is known.
    pub fn cells(self, whole: Option<Self>) -> String {
        let percent = |is: Quantity, of: fn(Usage) -> Quantity| {
            whole.map(|whole| format!("{}%\t", is.percent_of(of(whole)))).unwrap_or_default()
        };
        format!(
            "{}m\t{}{}Mi\t{}",
            self.cpu.milli(),
            percent(self.cpu, |usage| usage.cpu),
            self.memory.value() / (1 << 20),
            percent(self.memory, |usage| usage.memory)
        )
    }

    /// Whether this one stands before another: the greater first where a resource is named.
    pub fn before(self, other: Self, sort_by: &str) -> Option<bool> {
        match sort_by {
            "cpu" => Some(self.cpu.milli() > other.cpu.milli()),
            "memory" => Some(self.memory.value() > other.memory.value()),
            _ => None,
        }
    }
}
