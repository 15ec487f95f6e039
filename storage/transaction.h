// One transaction, and the few spellings in which libpqxx 6 and 7 differ. Private to this folder and its tests.
//
// Nothing may be caught inside a transaction: after a caught error libpqxx 7.10 lets commit() return normally although
// the server has rolled back. Session::run is the one place that catches.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pqxx/connection>
#include <pqxx/except>
#include <pqxx/result>
#include <pqxx/stream_to>
#include <pqxx/transaction>
#include <pqxx/version>

#include "campaign/time.h"

#if PQXX_VERSION_MAJOR > 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 10)
#include <pqxx/params>
#endif

namespace dialerd::storage {

class Transaction {
 public:
  explicit Transaction(pqxx::connection& connection) : work_(connection) {}

  // `sql` may hold several statements when there are no arguments. Arguments: numbers, std::string, optionals of them.
  template <typename... Args>
  pqxx::result exec(const std::string& sql, const Args&... args) {
    if constexpr (sizeof...(args) == 0) {
      return work_.exec(sql);
    } else {
#if PQXX_VERSION_MAJOR > 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 10)
      return work_.exec(sql, pqxx::params{args...});
#else
      return work_.exec_params(sql, args...);
#endif
    }
  }

  // COPY into all columns of `table`. A row goes in as a std::tuple with <<, and complete() ends it; until then nothing
  // else may run in the transaction.
  pqxx::stream_to copy_to(const std::string& table) {
#if PQXX_VERSION_MAJOR >= 7
    return pqxx::stream_to::raw_table(work_, table);
#else
    return pqxx::stream_to(work_, table);
#endif
  }

  // The same, into these columns.
  pqxx::stream_to copy_to(const std::string& table, const std::vector<std::string>& columns) {
#if PQXX_VERSION_MAJOR >= 7
    std::string names;
    for (const std::string& column : columns) names += (names.empty() ? "" : ", ") + column;
    return pqxx::stream_to::raw_table(work_, table, names);
#else
    return pqxx::stream_to(work_, table, columns);
#endif
  }

  void commit() { work_.commit(); }

 private:
  pqxx::work work_;
};

// --- reading fields; NULL is an empty text
template <typename Row>
std::string text_at(const Row& row, int column) {
  const auto field = row[static_cast<pqxx::row::size_type>(column)];
  return field.is_null() ? std::string() : std::string(field.c_str(), static_cast<std::size_t>(field.size()));
}

template <typename Row>
bool null_at(const Row& row, int column) {
  return row[static_cast<pqxx::row::size_type>(column)].is_null();
}

template <typename Number = std::int64_t, typename Row>
Number number_at(const Row& row, int column) {
  return row[static_cast<pqxx::row::size_type>(column)].template as<Number>();
}

template <typename Row>
bool flag_at(const Row& row, int column) {
  return row[static_cast<pqxx::row::size_type>(column)].template as<bool>();
}

// Times cross the border as milliseconds since 1970 in UTC; the statements convert.
template <typename Row>
campaign::WallTime time_at(const Row& row, int column) {
  return campaign::WallTime{std::chrono::milliseconds{number_at(row, column)}};
}

inline std::int64_t milliseconds_of(campaign::WallTime time) { return time.time_since_epoch().count(); }

}  // namespace dialerd::storage
