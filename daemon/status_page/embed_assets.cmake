# Writes OUTPUT, a C++ file that holds every file of SOURCE_DIR as a raw string (declared in assets.h).

include(${CMAKE_CURRENT_LIST_DIR}/../../cmake/RawString.cmake)

set(cpp "// Made by daemon/status_page/embed_assets.cmake: change web/ and run web/build instead.\n")
string(APPEND cpp "#include \"daemon/status_page/assets.h\"\n\nnamespace dialerd::daemon::status_page {\n\n")
string(APPEND cpp "std::span<const Asset> embedded_assets() {\n  static constexpr Asset all[] = {\n")
file(GLOB files ${SOURCE_DIR}/*)
list(SORT files)
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME)
  raw_string(text "${file}" asset)
  string(APPEND cpp "      {\"${name}\", ${text}},\n")
endforeach()
string(APPEND cpp "  };\n  return all;\n}\n\n}  // namespace dialerd::daemon::status_page\n")
file(WRITE "${OUTPUT}" "${cpp}")
