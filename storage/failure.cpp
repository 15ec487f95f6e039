#include "storage/failure.h"

#include <array>
#include <string>

#include <pqxx/except>

namespace dialerd::storage {
namespace {

// SQLSTATE classes and codes (PostgreSQL manual, appendix A) after which the same request may succeed later.
constexpr std::array<std::string_view, 6> transient_states = {
    "25006",  // read-only transaction: the server has become a standby
    "40",     // serialization failure, deadlock
    "53",     // out of memory, disk or connections
    "55P03",  // lock_timeout
    "57014",  // statement_timeout
    "58"      // the system below the server: an I/O error
};
// After these the server has ended the session.
constexpr std::array<std::string_view, 4> ended_session_states = {
    "08",     // connection exception
    "25P03",  // idle_in_transaction_session_timeout: this process was stopped for a while
    "25P04",  // transaction_timeout
    "57P"     // shutting down, starting up, terminated
};
// No such schema, no such table: the migrations have not been here.
constexpr std::array<std::string_view, 2> schema_states = {"3F000", "42P01"};

template <std::size_t n>
bool is_among(std::string_view state, const std::array<std::string_view, n>& prefixes) {
  for (std::string_view prefix : prefixes) {
    if (state.starts_with(prefix)) return true;
  }
  return false;
}

std::string first_line(std::string_view text) {
  if (text.starts_with("ERROR:  ")) text.remove_prefix(8);
  return std::string(text.substr(0, text.find('\n')));
}

// What people get wrong when they set a connection up, by libpq's words or a pooler's, and what to do about it.
struct Remedy {
  std::string_view words;
  std::string_view advice;
};
constexpr std::string_view pooler_words = "unsupported startup parameter";
constexpr std::array<Remedy, 5> remedies = {{
    {pooler_words,
     "a pooler is between that does not let `options` pass: ignore_startup_parameters = options in pgbouncer.ini"},
    {"certificate verify failed",
     "sslrootcert must name the authority that signed the server's certificate, and the certificate must not have "
     "expired"},
    {"does not match host name", "`host` must be a name that the server's certificate has"},
    {"server does not support SSL", "ssl = on in the server's postgresql.conf"},
    {"root certificate file",
     "sslrootcert=FILE names the authority that signed the server's certificate; sslrootcert=system is of libpq 16"},
}};

std::string with_remedy(const std::string& words) {
  for (const Remedy& remedy : remedies) {
    if (words.find(remedy.words) != std::string::npos) return words + " (" + std::string(remedy.advice) + ")";
  }
  return words;
}

Failure lost(const std::string& words, Phase phase) {
  if (phase == Phase::before_commit && words.find(pooler_words) != std::string::npos) {
    return {{ErrorKind::refused, with_remedy(words)}};
  }
  return {{phase == Phase::commit ? ErrorKind::in_doubt : ErrorKind::unavailable, with_remedy(words)}, true};
}

Failure from_sql_error(const pqxx::sql_error& error, Phase phase) {
  const std::string& state = error.sqlstate();
  const std::string words = first_line(error.what());
  if (state.empty()) return lost(words, phase);  // libpq's words, not the server's
  const std::string told = words + " (SQLSTATE " + state + ")";
  if (is_among(state, ended_session_states)) return lost(told, phase);
  if (is_among(state, transient_states)) return {{ErrorKind::unavailable, told, state}};
  if (is_among(state, schema_states)) return {{ErrorKind::schema, told + ": run `dialerd migrate`", state}};
  return {{ErrorKind::refused, told, state}};
}

Failure sort(Phase phase, const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const pqxx::in_doubt_error& error) {
    return {{ErrorKind::in_doubt, first_line(error.what())}, true};
  } catch (const pqxx::statement_completion_unknown& error) {
    return lost(first_line(error.what()), phase);
  } catch (const pqxx::transaction_rollback& error) {  // in libpqxx 6 without a SQLSTATE
    return {{ErrorKind::unavailable, first_line(error.what())}};
  } catch (const pqxx::broken_connection& error) {
    return lost(first_line(error.what()), phase);
  } catch (const pqxx::insufficient_privilege& error) {  // in libpqxx 6 without a SQLSTATE
    return {{ErrorKind::refused, first_line(error.what())}};
  } catch (const pqxx::sql_error& error) {
    return from_sql_error(error, phase);
  } catch (const pqxx::failure& error) {  // no result at all
    return lost(first_line(error.what()), phase);
  } catch (const std::exception& error) {  // libpqxx's usage and conversion errors: ours to mend
    return {{phase == Phase::commit ? ErrorKind::in_doubt : ErrorKind::refused, first_line(error.what())}};
  }
}

}  // namespace

Failure classify(std::string_view doing, Phase phase, const std::exception_ptr& thrown) {
  Failure failure = sort(phase, thrown);
  failure.error.message = std::string(doing) + ": " + failure.error.message;
  return failure;
}

}  // namespace dialerd::storage
