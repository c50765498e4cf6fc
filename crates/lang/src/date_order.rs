/// Which of day and month stands first in a date of three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateOrder {
    /// As in most of the world.
    DayFirst,
    /// As in the United States.
    MonthFirst,
}
