// Where an import's bytes come from. Blocking; used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace dialerd::daemon::import {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Puts at most `size` bytes at `into` and says how many; 0 at the end; nullopt when reading failed (then see
  // error()).
  virtual std::optional<std::size_t> read(char* into, std::size_t size) = 0;
  virtual std::string error() const = 0;
};

// A file or, by the name "-", standard input.
class FileSource : public ByteSource {
 public:
  explicit FileSource(const std::filesystem::path& path);
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  std::optional<std::uint64_t> size() const { return size_; }  // bytes; nullopt where that is not known (a pipe)

  std::optional<std::size_t> read(char* into, std::size_t size) override;
  std::string error() const override { return error_; }

 private:
  bool owned_;
  int descriptor_ = -1;
  std::optional<std::uint64_t> size_;
  std::string error_;
};

}  // namespace dialerd::daemon::import
