# Sets `out` to the text of `file` as a C++ raw string with the delimiter `mark`.
function(raw_string out file mark)
  file(READ "${file}" text)
  if(text MATCHES "\\)${mark}\"")
    message(FATAL_ERROR "${file} contains the end mark of the raw string that it is embedded in")
  endif()
  set(${out} "R\"${mark}(${text})${mark}\"" PARENT_SCOPE)
endfunction()
