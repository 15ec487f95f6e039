#include "daemon/import/lead_layout.h"

#include <algorithm>
#include <set>

#include "config/suggestion.h"

namespace dialerd::daemon::import {
namespace {

std::string quote(std::string_view text) { return "'" + std::string(text) + "'"; }

class HeaderReader {
 public:
  HeaderReader(const std::vector<std::string>& columns, const config::LeadColumns& mapping) : mapping_(mapping) {
    layout_.columns = columns;
    names_.assign(layout_.columns.begin(), layout_.columns.end());
  }

  HeaderReading read(const std::vector<std::string>& required_fields) {
    check_names();
    if (problems_.empty()) map_columns();
    if (problems_.empty()) require(required_fields);
    if (!problems_.empty()) return {std::nullopt, std::move(problems_)};
    return {std::move(layout_), {}};
  }

 private:
  void check_names() {
    std::set<std::string_view> seen;
    for (std::size_t column = 0; column < names_.size(); ++column) {
      if (names_[column].empty()) {
        problems_.push_back("column " + std::to_string(column + 1) +
                            " has no name in the file's first row; name it or delete it");
      } else if (!seen.insert(names_[column]).second) {
        problems_.push_back("the file has the column " + quote(names_[column]) + " twice; rename or delete one");
      }
    }
  }

  std::optional<std::size_t> find(std::string_view name) const {
    const auto found = std::ranges::find(names_, name);
    if (found == names_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names_.begin());
  }

  std::optional<std::size_t> find(std::string_view name, std::string_view meaning) {
    const auto column = find(name);
    if (!column) {
      problems_.push_back("the file has no column " + quote(name) + " (" + std::string(meaning) + "); " +
                          config::suggest(name, names_, "its columns: " + config::join(names_)));
    }
    return column;
  }

  void map_columns() {
    std::set<std::size_t> mapped;
    const auto map = [&](const std::string& name, std::string_view meaning) {
      const auto column = find(name, meaning);
      if (column) mapped.insert(*column);
      return column;
    };
    const auto map_if_named = [&](const std::string& name, std::string_view meaning) {
      return name.empty() ? std::nullopt : map(name, meaning);
    };
    layout_.number_column = map(mapping_.number, "the number to call").value_or(0);
    for (const std::string& name : mapping_.alternates) {
      if (const auto column = map(name, "a further number of the lead")) layout_.alternate_columns.push_back(*column);
    }
    layout_.timezone_column = map_if_named(mapping_.timezone, "the lead's timezone");
    layout_.consent_at_column = map_if_named(mapping_.consent_at, "when the lead consented");
    layout_.consent_expires_at_column = map_if_named(mapping_.consent_expires_at, "until when the consent holds");
    layout_.night_consent_column = map_if_named(mapping_.night_consent, "the consent to calls at night");
    layout_.call_at_column = map_if_named(mapping_.call_at, "when a callback was promised for");
    layout_.expires_at_column = map_if_named(mapping_.expires_at, "from when on the lead is not called");
    for (const auto& [field, name] : mapping_.fields) {
      if (const auto column = map(name, "the field " + quote(field))) layout_.fields.push_back({field, *column});
    }
    for (std::size_t column = 0; column < names_.size(); ++column) {
      if (!mapped.contains(column)) add_under_own_name(column);
    }
    std::ranges::stable_sort(layout_.fields, {}, &LeadField::column);
  }

  void add_under_own_name(std::size_t column) {
    const std::string_view name = names_[column];
    if (name == rejected_row_column || name == rejected_reason_column) return;
    if (const auto taken = mapping_.fields.find(std::string(name)); taken != mapping_.fields.end()) {
      problems_.push_back("the columns " + quote(name) + " and " + quote(taken->second) + " would both be the field " +
                          quote(name) + "; rename one in the file or in the mapping");
      return;
    }
    layout_.fields.push_back({std::string(name), column});
  }

  void require(const std::vector<std::string>& required_fields) {
    for (const std::string& name : required_fields) {
      const auto field = std::ranges::find(layout_.fields, name, &LeadField::name);
      if (field != layout_.fields.end()) {
        field->required = true;
      } else {
        problems_.push_back("the campaign's calls need the field " + quote(name) + ", and no column is mapped to it; " +
                            config::suggest(name, names_, "the file's columns: " + config::join(names_)) +
                            "; map one with --map " + name + "=COLUMN or in the campaign's leads.fields");
      }
    }
  }

  const config::LeadColumns& mapping_;
  LeadLayout layout_;
  std::vector<std::string_view> names_;  // views of layout_.columns
  std::vector<std::string> problems_;
};

}  // namespace

HeaderReading read_header(const std::vector<std::string>& columns, const config::LeadColumns& mapping,
                          const std::vector<std::string>& required_fields) {
  return HeaderReader(columns, mapping).read(required_fields);
}

}  // namespace dialerd::daemon::import
