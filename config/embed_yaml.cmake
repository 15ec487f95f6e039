# Writes OUTPUT, a C++ file that holds the policy packs and holiday lists of SOURCE_DIR as raw strings (declared in
# policies.h and holidays.h).

include(${CMAKE_CURRENT_LIST_DIR}/../cmake/RawString.cmake)

set(cpp "// Made by config/embed_yaml.cmake: edit the .yaml files instead.\n#include \"config/holidays.h\"\n")
string(APPEND cpp "#include \"config/policies.h\"\n\nnamespace dialerd::config {\n\n")

# All files of `folder` as a function `name` that gives them as `type`s.
function(embed folder type name)
  string(APPEND cpp "std::span<const ${type}> ${name}() {\n  static const std::vector<${type}> all = {\n")
  file(GLOB files ${SOURCE_DIR}/${folder}/*.yaml)
  list(SORT files)
  foreach(file IN LISTS files)
    get_filename_component(stem "${file}" NAME_WE)
    raw_string(text "${file}" yaml)
    if(NOT text MATCHES "\ntitle: ([^\n\"\\]+)\n")
      message(FATAL_ERROR "${file}: has no line `title: ...`, without quotes")
    endif()
    string(APPEND cpp "      {\"${stem}\", \"${CMAKE_MATCH_1}\", ${text}},\n")
  endforeach()
  string(APPEND cpp "  };\n  return all;\n}\n\n")
  set(cpp "${cpp}" PARENT_SCOPE)
endfunction()

embed(policies PolicyPack policy_packs)
embed(holidays ShippedHolidays shipped_holidays)

string(APPEND cpp "}  // namespace dialerd::config\n")
file(WRITE "${OUTPUT}" "${cpp}")
