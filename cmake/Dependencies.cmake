# Libraries from Debian, as imported targets. deploy/install-dependencies installs them all.

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(date REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(benchmark REQUIRED)
pkg_check_modules(pqxx REQUIRED IMPORTED_TARGET libpqxx)
# By pkg-config: its CMake package also wants the HTTP server that comes with it, which nobody here uses.
pkg_check_modules(prometheus_cpp_core REQUIRED IMPORTED_TARGET prometheus-cpp-core)

# libphonenumber: the -dev package is unpacked in a prefix of its own (see deploy/install-dependencies), the library is the
# system's. Where the -dev package can be installed (Debian 13), the system's headers are found instead.
set(DIALERD_PHONENUMBER_PREFIX /usr/local/lib/dialerd-phonenumber CACHE PATH "Where libphonenumber-dev was unpacked")
find_path(PHONENUMBER_INCLUDE phonenumbers/phonenumberutil.h
          HINTS ${DIALERD_PHONENUMBER_PREFIX}/usr/include REQUIRED)
find_library(PHONENUMBER_LIBRARY NAMES phonenumber libphonenumber.so.8 REQUIRED)
add_library(phonenumber INTERFACE)
target_include_directories(phonenumber SYSTEM INTERFACE ${PHONENUMBER_INCLUDE})
target_link_libraries(phonenumber INTERFACE ${PHONENUMBER_LIBRARY} protobuf)

# Asio and Beast compiled once, with the definitions that make their headers declare instead of define.
add_library(dialerd_boost STATIC ${CMAKE_SOURCE_DIR}/cmake/boost_separate_compilation.cpp)
target_compile_definitions(dialerd_boost PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                           BOOST_ASIO_NO_DEPRECATED)
target_compile_options(dialerd_boost PRIVATE -w)
target_link_libraries(dialerd_boost PUBLIC Boost::headers Boost::json OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
