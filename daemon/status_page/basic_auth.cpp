#include "daemon/status_page/basic_auth.h"

#include <algorithm>
#include <cctype>

#include <openssl/evp.h>

namespace dialerd::daemon::status_page {
namespace {

constexpr std::size_t password_least = 16;

std::string base64(std::string_view bytes) {
  std::vector<unsigned char> encoded((bytes.size() + 2) / 3 * 4 + 1);
  const std::vector<unsigned char> plain(bytes.begin(), bytes.end());
  const int length = EVP_EncodeBlock(encoded.data(), plain.data(), static_cast<int>(plain.size()));
  return {encoded.begin(), encoded.begin() + length};
}

bool is_scheme(std::string_view text, std::string_view scheme) {
  return std::equal(text.begin(), text.end(), scheme.begin(), scheme.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

}  // namespace

BasicLogin::BasicLogin(std::string_view user, std::string_view password)
    : digest_(webhook::sha256(base64(std::string(user) + ":" + std::string(password)))) {}

bool BasicLogin::admits(const std::vector<std::string_view>& authorization) const {
  if (authorization.size() != 1) return false;
  std::string_view given = authorization.front();
  const std::size_t space = given.find(' ');
  if (space == std::string_view::npos || !is_scheme(given.substr(0, space), "basic")) return false;
  given.remove_prefix(std::min(given.find_first_not_of(' ', space), given.size()));
  return webhook::equal(digest_, webhook::sha256(given));
}

std::optional<std::string> password_fault(std::string_view password) {
  const std::string remedy = "; make one with `openssl rand -base64 18`";
  if (std::any_of(password.begin(), password.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; })) {
    return "has a control character or more than one line" + remedy;
  }
  if (password.size() < password_least) {
    return "is shorter than " + std::to_string(password_least) + " characters" + remedy;
  }
  return std::nullopt;
}

}  // namespace dialerd::daemon::status_page
