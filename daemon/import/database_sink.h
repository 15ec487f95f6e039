// The sink that an import writes to: one row of dialerd.import, its leads and its rejects.
#pragma once

#include <utility>

#include "daemon/import/importer.h"
#include "storage/import.h"

namespace dialerd::daemon::import {

class DatabaseSink : public LeadSink {
 public:
  explicit DatabaseSink(storage::ImportWriter writer) : writer_(std::move(writer)) {}

  storage::Result<storage::ImportCounts> write(const Chunk& chunk) override {
    return writer_.write(chunk.rows, chunk.rejects);
  }
  storage::Result<void> finish(std::int64_t rows_read) { return writer_.finish(rows_read); }

 private:
  storage::ImportWriter writer_;
};

}  // namespace dialerd::daemon::import
