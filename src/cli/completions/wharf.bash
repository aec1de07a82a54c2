# Completes what stands behind `wharf`, by asking it. Bash splits words at `:` and `=`, which are part
# of words here, and takes what is proposed as it is: it has to be quoted as what was typed is.
_wharf() {
    local -a words=()
    local line=${COMP_LINE:0:COMP_POINT} word= inside= quote= before= i c
    for ((i = 0; i < ${#line}; i++)); do
        c=${line:i:1}
        if [[ $quote == \' && $c != \' || $quote == \" && $c != [\"\\] ]]; then
            word+=$c
        elif [[ $c == "$quote" ]]; then
            quote=
        elif [[ $c == \\ ]]; then
            ((i += 1))
            c=${line:i:1}
            [[ $quote && $c != [\"\\\$\`] ]] && word+=\\
            word+=$c inside=true
        elif [[ $c == [\"\'] ]]; then
            quote=$c before=$word inside=true
        elif [[ $c != [[:space:]] ]]; then
            word+=$c inside=true
        elif [[ $inside ]]; then
            words+=("$word")
            word= inside=
        fi
    done
    words+=("$word")

    local IFS=$'\013' space=true
    compopt +o nospace 2> /dev/null && space=false
    COMPREPLY=($(_CLAP_IFS=$IFS _CLAP_COMPLETE_INDEX=$((${#words[@]} - 1)) _CLAP_COMPLETE_COMP_TYPE=$COMP_TYPE \
        _CLAP_COMPLETE_SPACE=$space WHARF_COMPLETE=bash wharf -- "${words[@]}")) || {
        unset COMPREPLY
        return
    }
    [[ $space == false && ${COMPREPLY-} =~ [=/:]$ ]] && compopt -o nospace
    # Only what follows the open quote, or else the last `:` or `=`, is replaced.
    local known=
    [[ $word == *[:=]* ]] && known=${word%"${word##*[:=]}"}
    [[ $quote ]] && known=$before
    for i in "${!COMPREPLY[@]}"; do
        word=${COMPREPLY[i]#"$known"}
        if [[ $quote == \' ]]; then
            word=${word//\'/"'\''"}
        elif [[ $quote ]]; then
            word=${word//\\/\\\\} word=${word//\"/\\\"} word=${word//\$/\\\$} word=${word//\`/\\\`}
        elif [[ $word == *[[:space:]\'\"\\\;\&\|\<\>\(\)\[\]\{\}\$\`\*\?\#\!\~]* ]]; then
            printf -v word %q "$word"
        fi
        COMPREPLY[i]=$word
    done
}
if ((BASH_VERSINFO[0] > 4 || BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 4)); then
    complete -o nospace -o bashdefault -o nosort -F _wharf wharf
else
    complete -o nospace -o bashdefault -F _wharf wharf
fi
