#include "config/campaign_files.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include <glob.h>

#include "config/schema.h"
#include "config/shortage.h"
#include "config/values.h"

namespace dialerd::config {
namespace {

constexpr std::string_view special = "*?[\\";

// A folder's name may hold what glob(3) takes for a pattern.
std::string escaped(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (special.find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text;
}

// Why the last search of this thread was stopped: glob() says only that it was.
thread_local int search_error = 0;

int stop_unless_absent(const char*, int error) {
  if (error == ENOENT) return 0;
  search_error = error;
  return 1;
}

}  // namespace

std::string absolute_pattern(const std::string& text, const std::filesystem::path& folder) {
  return text.starts_with('/') ? text : escaped((folder / "").string()) + text;
}

namespace {

std::vector<std::filesystem::path> expand(const Node& node, const std::filesystem::path& folder,
                                          Diagnostics& diagnostics) {
  const std::string pattern = absolute_pattern(node.text, folder);
  std::vector<std::filesystem::path> files;
  glob_t found{};
  const int result = ::glob(pattern.c_str(), 0, stop_unless_absent, &found);
  if (result == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      std::filesystem::path file(found.gl_pathv[i]);
      std::error_code error;
      if (std::filesystem::is_regular_file(file, error)) files.push_back(std::move(file));
    }
  }
  ::globfree(&found);
  if (result != 0 && result != GLOB_NOMATCH) {
    const int why = result == GLOB_NOSPACE ? ENOMEM : search_error;
    throw_on_shortage({why, std::generic_category()}, node.text);
    diagnostics.add(node.at, quote(node.text) + " cannot be searched", "check that every folder in it can be read");
  }
  return files;
}

}  // namespace

std::vector<std::filesystem::path> read_campaign_files(const Node& node, const std::filesystem::path& folder,
                                                       Diagnostics& diagnostics) {
  std::vector<std::filesystem::path> files;
  if (node.schema != nullptr) {
    node.schema->list(0).text();
    return files;
  }
  if (node.kind != Node::Kind::sequence) {
    report_kind(node, "campaigns", "a list", R"(write it like ["campaigns/*.yaml"])", diagnostics);
    return files;
  }
  for (const Node& item : node.items) {
    const auto text = read_text(item, "campaigns", diagnostics);
    if (!text) continue;
    std::vector<std::filesystem::path> found;
    if (text->find_first_of(special) != std::string::npos) {
      found = expand(item, folder, diagnostics);
    } else {
      std::filesystem::path file = folder / *text;
      std::error_code error;
      if (std::filesystem::is_regular_file(file, error)) {
        found.push_back(std::move(file));
      } else {
        diagnostics.add(item.at, "no campaign file " + quote(*text),
                        "check the path; it is looked for in the folder of this file");
      }
    }
    for (const auto& file : found) {
      const auto path = file.lexically_normal();
      if (std::ranges::find(files, path) == files.end()) files.push_back(path);
    }
  }
  return files;
}

std::vector<std::string> campaign_patterns(const Node& node, const std::filesystem::path& folder) {
  std::vector<std::string> patterns;
  for (const Node& item : node.items) {
    if (item.kind == Node::Kind::scalar) patterns.push_back(absolute_pattern(item.text, folder));
  }
  return patterns;
}

bool matches_a_file(const std::string& pattern) {
  glob_t found{};
  const int result = ::glob(pattern.c_str(), 0, nullptr, &found);
  bool matches = result != 0 && result != GLOB_NOMATCH;
  for (std::size_t i = 0; result == 0 && i < found.gl_pathc; ++i) {
    std::error_code error;
    matches = matches || std::filesystem::is_regular_file(found.gl_pathv[i], error);
  }
  ::globfree(&found);
  return matches;
}

}  // namespace dialerd::config
