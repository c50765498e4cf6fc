// The sentences behind a bar.

function closeEvidence() {
  const dialog = byId("evidence");
  if (dialog.open) dialog.close();
}
