#include "daemon/secrets.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <boost/throw_exception.hpp>
#include <sys/stat.h>

#include "config/shortage.h"

namespace dialerd::daemon {
namespace {

constexpr std::size_t secret_max = 4096;

}  // namespace

void throw_exception_from_error(const SecretError& error, const boost::source_location& where) {
  boost::throw_exception(std::runtime_error(error.message), where);
}

boost::system::result<std::string, SecretError> read_secret(const config::SecretReference& reference) {
  std::filesystem::path path;
  if (reference.kind == config::SecretReference::Kind::credential) {
    const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr) {
      return SecretError{"credential '" + reference.value +
                         "': there is no $CREDENTIALS_DIRECTORY; run under systemd with LoadCredential=" +
                         reference.value + ":PATH, or name a file: instead"};
    }
    path = std::filesystem::path(directory) / reference.value;
  } else {
    path = reference.value;
  }

  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    return SecretError{path.string() + ": the secret's file does not exist or cannot be reached"};
  if (!S_ISREG(status.st_mode)) return SecretError{path.string() + ": the secret must be in a regular file"};
  bool others_may_read = (status.st_mode & (S_IRWXO | S_IWGRP)) != 0;
  if (reference.kind == config::SecretReference::Kind::file && others_may_read) {
    return SecretError{path.string() + ": others may read this secret; chmod 0600 (or 0640) it"};
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) config::throw_on_shortage({errno, std::generic_category()}, path);
  std::string secret(std::istreambuf_iterator<char>(in), {});
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  if (!in) return SecretError{path.string() + ": the secret's file cannot be read"};
  if (secret.empty()) return SecretError{path.string() + ": the secret's file is empty"};
  if (secret.size() > secret_max) return SecretError{path.string() + ": the secret is longer than 4096 bytes"};
  // Named, because a SecretError could be made of a string as well.
  return {boost::system::in_place_value, std::move(secret)};
}

}  // namespace dialerd::daemon
