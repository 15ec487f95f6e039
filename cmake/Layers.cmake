# One folder, one target, one include root. `#include "campaign/engine.h"` works only for a target that links
# dialerd_campaign, because each layer's include root holds nothing but a link to that one folder. A lower layer that
# includes a higher one does not compile (tests/layering shows it).

function(dialerd_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  set(root ${CMAKE_BINARY_DIR}/layers/${name})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${name} SYMBOLIC)

  add_library(dialerd_${name} STATIC ${ARG_SOURCES})
  target_include_directories(dialerd_${name} PUBLIC ${root})
  target_link_libraries(dialerd_${name} PUBLIC ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
endfunction()
