fn main() -> Result<(), pressmark::Error> {
    let press = pressmark::Annotator::new(pressmark::Settings::default())?;
    let record = press.annotate("LUBUMBASHI — “The road will open in May,” governor Amina Kabongo said on Monday.")?;
    pressmark::write_line(&record, &mut std::io::stdout()).expect("standard output takes it");
    Ok(())
}
