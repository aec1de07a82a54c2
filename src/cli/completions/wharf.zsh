#compdef wharf
# Completes what stands behind `wharf`, by asking it, which is told the words as it would get them. What it
# proposes zsh quotes as what was typed is.
_wharf() {
    local -a proposed values folders
    local one value
    proposed=("${(@f)$(_CLAP_IFS=$'\n' _CLAP_COMPLETE_INDEX=$((CURRENT - 1)) WHARF_COMPLETE=zsh \
        wharf -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2> /dev/null)}")
    for one in $proposed; do
        value=${one%%:*}
        if [[ $value == */ ]]; then
            folders+=("${value%/}${one#"$value"}")
        else
            values+=("$one")
        fi
    done
    [[ -n $folders ]] && _describe -V values folders -S / -r /
    [[ -n $values ]] && _describe -V values values
}
compdef _wharf wharf
