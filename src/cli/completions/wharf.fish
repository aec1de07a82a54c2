# Completes what stands behind `wharf`, by asking it, which is told the words as it would get them. What it
# proposes fish quotes as what was typed is.
function __wharf_proposed
    set --local typed (commandline --current-token --cut-at-cursor)
    set --local word (string unescape -- "$typed"; or echo -- $typed)
    WHARF_COMPLETE=fish wharf -- (commandline --current-process --tokenize --cut-at-cursor) "$word"
end
complete --keep-order --exclusive --command wharf --arguments '(__wharf_proposed)'
