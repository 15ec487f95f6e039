#include "config/secrets.h"

#include <algorithm>
#include <array>
#include <string>

#include "config/schema.h"
#include "config/values.h"

namespace dialerd::config {
namespace {

constexpr std::string_view space = " \t\n\r\f\v";

std::string reference_remedy(std::string_view name) {
  const std::string key(name);
  return "write '" + key + ": {credential: NAME}' or '" + key + ": {file: /absolute/path}' and keep the secret there";
}

// systemd.exec(5), LoadCredential=: a credential's name is a file name.
bool is_credential_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && !name.starts_with('.') && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

bool is_secret_keyword(std::string_view keyword) { return keyword == "password" || keyword == "sslpassword"; }

// `key = value` pairs; a value may be in single quotes, and a backslash keeps the next character.
ConninfoFault examine_pairs(std::string_view text) {
  ConninfoFault fault = ConninfoFault::none;
  const auto skip_space = [&] { text.remove_prefix(std::min(text.find_first_not_of(space), text.size())); };
  for (skip_space(); !text.empty(); skip_space()) {
    const std::size_t keyword_end = text.find_first_of(std::string(space) + "=");
    const std::string_view keyword = text.substr(0, keyword_end);
    text.remove_prefix(keyword.size());
    skip_space();
    if (keyword.empty() || !text.starts_with('=')) return ConninfoFault::malformed;
    text.remove_prefix(1);
    skip_space();

    const bool in_quotes = text.starts_with('\'');
    if (in_quotes) text.remove_prefix(1);
    bool closed = !in_quotes;
    while (!text.empty()) {
      const char c = text.front();
      if (!in_quotes && space.find(c) != std::string_view::npos) break;
      text.remove_prefix(c == '\\' ? std::min<std::size_t>(2, text.size()) : 1);
      if (in_quotes && c == '\'') {
        closed = true;
        break;
      }
    }
    if (!closed) return ConninfoFault::malformed;
    if (is_secret_keyword(keyword)) fault = ConninfoFault::password;
  }
  return fault;
}

// A parameter's keyword may be percent-encoded; decoded, it is compared as libpq would.
std::string percent_decoded(std::string_view text) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      decoded += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

// `postgresql://[user[:password]@][hosts][/dbname][?parameter=value&...]`, the scheme taken off.
ConninfoFault examine_uri(std::string_view rest) {
  // As libpq does: what stands before an '@' that comes before any '/' is a user, with a password after a ':'.
  const std::size_t user_end = rest.find_first_of("@/");
  const bool has_user = user_end != std::string_view::npos && rest[user_end] == '@';
  if (has_user && rest.substr(0, user_end).find(':') != std::string_view::npos) return ConninfoFault::password;
  // A password with a slash in it hides its '@' behind what looks like the end of the hosts.
  if (!has_user && rest.substr(0, rest.find('?')).find('@') != std::string_view::npos) {
    return ConninfoFault::password;
  }
  const std::size_t query = rest.find('?');
  if (query == std::string_view::npos) return ConninfoFault::none;
  std::string_view parameters = rest.substr(query + 1);
  while (!parameters.empty()) {
    const std::string_view parameter = parameters.substr(0, parameters.find('&'));
    parameters.remove_prefix(std::min(parameter.size() + 1, parameters.size()));
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) return ConninfoFault::malformed;
    if (is_secret_keyword(percent_decoded(parameter.substr(0, equals)))) return ConninfoFault::password;
  }
  return ConninfoFault::none;
}

}  // namespace

std::optional<SecretReference> read_secret_reference(const Node& node, std::string_view name,
                                                     Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    Schema& credential = node.schema->either();
    credential.key("credential").quoted_text("^[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}$");
    credential.require("credential");
    Schema& file = node.schema->either();
    file.key("file").quoted_text("^/");
    file.require("file");
    return std::nullopt;
  }
  const auto wrong = [&](Position at, std::string_view what) {
    if (node.kind != Node::Kind::null) diagnostics.conceal(node.at);
    diagnostics.add(at, quote(name) + std::string(what), reference_remedy(name));
    return std::nullopt;
  };
  if (node.kind == Node::Kind::refused) return std::nullopt;
  if (node.kind == Node::Kind::null) return wrong(node.at, " is empty");
  if (node.kind == Node::Kind::scalar) return wrong(node.at, " holds a secret written in the file");
  if (node.kind == Node::Kind::sequence) return wrong(node.at, " must be a reference, not a list");
  if (node.entries.size() != 1) return wrong(node.at, " must have exactly one key");

  const auto& [key, at, value] = node.entries.front();
  if (key != "credential" && key != "file") return wrong(at, " holds something else than a reference to a secret");
  if (value.kind == Node::Kind::refused) return std::nullopt;
  if (value.kind != Node::Kind::scalar) return wrong(value.at, " must name a credential or a file");
  if (key == "credential") {
    if (!is_credential_name(value.text)) {
      diagnostics.conceal(value.at);
      diagnostics.add(value.at, "not the name of a credential",
                      "use letters, digits, '-', '_' and '.', as in systemd's LoadCredential=");
      return std::nullopt;
    }
    return SecretReference{SecretReference::Kind::credential, value.text};
  }
  if (!value.text.starts_with('/') || value.text.find('\0') != std::string::npos) {
    diagnostics.conceal(value.at);
    diagnostics.add(value.at, "'file' of " + quote(name) + " is no absolute path",
                    "write the whole path of the secret's file, from '/', such as /etc/dialerd/NAME.key");
    return std::nullopt;
  }
  return SecretReference{SecretReference::Kind::file, value.text};
}

ConninfoFault examine_conninfo(std::string_view conninfo) {
  for (const std::string_view scheme : {"postgresql://", "postgres://"}) {
    if (conninfo.starts_with(scheme)) return examine_uri(conninfo.substr(scheme.size()));
  }
  return examine_pairs(conninfo);
}

}  // namespace dialerd::config
