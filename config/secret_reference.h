#pragma once

#include <cstdint>
#include <string>

namespace dialerd::config {

// Where a secret is read from at start-up. Never the secret itself: a YAML file is copied, mailed and committed.
struct SecretReference {
  enum class Kind {
    credential,  // a systemd credential: the file NAME in $CREDENTIALS_DIRECTORY (systemd.exec(5), LoadCredential=)
    file         // a file that only the daemon's user can read
  };
  Kind kind = Kind::credential;
  std::string value;  // the credential's name, or the file's absolute path

  friend bool operator==(const SecretReference&, const SecretReference&) = default;
};

}  // namespace dialerd::config
