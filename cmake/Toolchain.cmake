# Compiler settings that hold for every target: the language, warnings, and faster tools where the machine has them.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
                    -Wold-style-cast -Wimplicit-fallthrough -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these inside libstdc++ and Boost when it optimises, for code that ASan, UBSan and the assertions of
  # libstdc++ find nothing wrong with; a warning that is always there hides the others.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  # A precompiled header changes nothing that its own sources do not; without this ccache would refuse to cache its users.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM AND NOT DIALERD_SANITIZE STREQUAL "thread")
  add_link_options(-fuse-ld=mold)
endif()

set(DIALERD_SANITIZE "" CACHE STRING "Sanitizers to build with: empty, 'address,undefined' or 'thread'")
if(DIALERD_SANITIZE)
  add_compile_options(-fsanitize=${DIALERD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${DIALERD_SANITIZE})
  if(DIALERD_SANITIZE STREQUAL "thread")
    # Asio uses std::atomic_thread_fence, which TSan does not model; it is correct there, and g++ only warns that it cannot check.
    add_compile_options(-Wno-tsan)
  endif()
endif()

option(DIALERD_FUZZ "Build the fuzz targets (tests/fuzz); needs clang" OFF)
if(DIALERD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
