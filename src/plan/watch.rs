//! How a stage takes part in `wharf watch`.

/// What a change does to a stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Watch {
    /// It runs again, and a change while it runs does what the command line says.
    #[default]
    Auto,
    /// Nothing: it runs when a person asks for it.
    Manual,
    /// It runs again, and this is what a change does while it runs.
    OnBusy(OnBusy),
}

/// What a change does while stages run. None of these loses it. From what interrupts most to what
/// interrupts least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum OnBusy {
    /// The run is stopped, and another starts.
    #[default]
    Restart,
    /// The stages that run end, and another run starts instead of those that would follow.
    Wait,
    /// The run goes on to its end, and another follows.
    Queue,
}

impl Watch {
    /// What a script can write, and what it means.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("auto", Self::Auto),
        ("manual", Self::Manual),
        ("restart", Self::OnBusy(OnBusy::Restart)),
        ("wait", Self::OnBusy(OnBusy::Wait)),
        ("queue", Self::OnBusy(OnBusy::Queue)),
    ];
}
