# Checks that R reads the CSV tables of `pressmark export`:
#
#     Rscript tests/readers/tables.R FOLDER
#
# Types, counts, keys, references and characters; with `arrow`, where that is installed, the Parquet files too.

suppressPackageStartupMessages(library(readr))
folder <- commandArgs(trailingOnly = TRUE)[1]
paths <- list.files(file.path(folder, "csv"), pattern = "\\.csv$", full.names = TRUE)
stopifnot(length(paths) == 19)
# The document's id is text, also where all ids are digits.
tables <- lapply(paths, read_csv, col_types = cols(doc = col_character()), na = "", show_col_types = FALSE)
names(tables) <- sub("\\.csv$", "", basename(paths))
for (name in names(tables)) {
  if (nrow(problems(tables[[name]])) > 0) stop(name, " cannot be read")
  # Base R finds the same rows.
  base <- read.csv(file.path(folder, "csv", paste0(name, ".csv")), na.strings = "", encoding = "UTF-8")
  stopifnot(nrow(base) == nrow(tables[[name]]), identical(names(base), names(tables[[name]])))
}
documents <- tables$documents
stopifnot(
  is.character(documents$title), is.numeric(documents$bytes), inherits(documents$published_date, "Date"),
  is.numeric(tables$mentions$score), is.logical(tables$quotes$closed), !anyDuplicated(documents$doc)
)
key <- function(table, ...) do.call(paste, c(unname(as.list(table[c("doc", ...)])), sep = "\r"))
refers <- function(from, column, to, other = column) {
  rows <- tables[[from]][!is.na(tables[[from]][[column]]), ]
  stopifnot(nrow(rows) > 0, all(key(rows, column) %in% key(tables[[to]], other)))
}
refers("mentions", "entity", "entities")
refers("mentions", "sentence", "sentences")
refers("quotes", "speaker", "entities", "entity")
refers("frame_evidence", "frame", "frames")
refers("sentiments", "entity", "entities")
# Offsets count characters, as substr() does.
texts <- setNames(documents$text, documents$doc)
mentions <- tables$mentions
cut <- substr(texts[mentions$doc], mentions$start + 1, mentions$end)
stopifnot(nrow(mentions) > 0, all(unname(cut) == mentions$text))
more <- ""
if (requireNamespace("arrow", quietly = TRUE)) {
  for (name in names(tables)) {
    parquet <- arrow::read_parquet(file.path(folder, "parquet", paste0(name, ".parquet")))
    stopifnot(nrow(parquet) == nrow(tables[[name]]))
  }
  more <- ", and Parquet by arrow"
}
cat(length(tables), "tables are read by readr and by base R", more, "\n", sep = " ")
