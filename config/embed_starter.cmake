# Writes OUTPUT, a C++ file that holds the files of SOURCE_DIR/starter as raw strings (declared in starter.h).

include(${CMAKE_CURRENT_LIST_DIR}/../cmake/RawString.cmake)

raw_string(daemon "${SOURCE_DIR}/starter/dialerd.yaml" yaml)
raw_string(campaign "${SOURCE_DIR}/starter/campaign.yaml" yaml)
file(WRITE "${OUTPUT}" "// Made by config/embed_starter.cmake: edit the .yaml files instead.
#include \"config/starter.h\"

namespace dialerd::config {

std::string_view starter_daemon() {
  return ${daemon};
}

std::string_view starter_campaign() {
  return ${campaign};
}

}  // namespace dialerd::config
")
