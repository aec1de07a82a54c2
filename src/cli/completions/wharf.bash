# Completes what stands behind `wharf`, by asking it. Bash splits words at `:` and `=`, which are part
# of words here, and takes a space in a proposal for the end of a word.
_wharf() {
    local -a words=()
    local index=0 at=0 i part last=
    for i in "${!COMP_WORDS[@]}"; do
        part=${COMP_WORDS[i]}
        # What no space parts from the word before it is one word with it.
        if ((i > 0)) && [[ ${COMP_LINE:at:${#part}} == "$part" && ($part == [:=]* || $last == *[:=]) ]]; then
            words[${#words[@]} - 1]+=$part
        else
            words+=("$part")
        fi
        while ((at < ${#COMP_LINE})) && [[ ${COMP_LINE:at:${#part}} != "$part" ]]; do ((at++)); done
        ((at += ${#part}))
        last=$part
        ((i == COMP_CWORD)) && index=$((${#words[@]} - 1))
    done
    local typed=${words[index]} quote=
    if [[ $typed == [\"\']* ]]; then
        quote=${typed:0:1} typed=${typed:1}
    else
        typed=${typed//\\/}
    fi
    words[index]=$typed

    local IFS=$'\013' space=true
    compopt +o nospace 2> /dev/null && space=false
    COMPREPLY=($(_CLAP_IFS=$IFS _CLAP_COMPLETE_INDEX=$index _CLAP_COMPLETE_COMP_TYPE=$COMP_TYPE \
        _CLAP_COMPLETE_SPACE=$space WHARF_COMPLETE=bash wharf -- "${words[@]:0:index+1}")) || {
        unset COMPREPLY
        return
    }
    [[ $space == false && ${COMPREPLY-} =~ [=/:]$ ]] && compopt -o nospace
    [[ $quote ]] && return
    # Only what follows the last `:` or `=` is replaced.
    local known=
    [[ $typed == *[:=]* ]] && known=${typed%"${typed##*[:=]}"}
    for i in "${!COMPREPLY[@]}"; do
        part=${COMPREPLY[i]#"$known"}
        [[ $part == *[[:space:]\'\"\\\;\&\|\<\>\(\)\$\`\*\?\#\!]* ]] && printf -v part %q "$part"
        COMPREPLY[i]=$part
    done
}
if ((BASH_VERSINFO[0] > 4 || BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 4)); then
    complete -o nospace -o bashdefault -o nosort -F _wharf wharf
else
    complete -o nospace -o bashdefault -F _wharf wharf
fi
