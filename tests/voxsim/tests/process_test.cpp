// The program itself: port file, signals, exit codes, and a ledger that outlives it.
#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/voxsim/tests/fixture.h"

namespace dialerd::voxsim {
namespace {

pid_t launch(const std::vector<std::string>& arguments) {
  std::vector<std::string> owned{VOXSIM_PROGRAM};
  owned.insert(owned.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& argument : owned) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::execv(VOXSIM_PROGRAM, argv.data());
    ::_exit(127);
  }
  return child;
}

int wait_for_exit(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

std::uint16_t wait_for_port(const std::string& file) {
  for (int i = 0; i < 1000; ++i) {
    if (std::ifstream stream(file); stream) {
      int port = 0;
      stream >> port;
      return static_cast<std::uint16_t>(port);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return 0;
}

class Program : public testing::TestWithParam<int> {};

TEST_P(Program, StopsOnASignalAndLeavesTheLedger) {
  const TemporaryFolder folder;
  const std::string secret = folder / "secret";
  std::ofstream(secret) << "whsec";
  const pid_t child =
      launch({"--self-signed-dir", folder / "tls",
              "--port-file",       folder / "port",
              "--ledger",          folder / "ledger.jsonl",
              "--outcomes",        "user_hangup=40,blocked_number=60",
              "--ring-ms",         "0:5",
              "--talk-ms",         "3",
              "--threads",         "2",
              "--concurrency",     "100",
              "--limit-answer",    "429",
              "--retry-after",     "computed",
              "--fault",           "slow=0.5",
              "--slow-ms",         "1:2",
              "--fault",           "garbage=0.1",
              "--cursor",          "offset",
              "--success-code",    "200",
              "--never-end",       "0.1",
              "--contradict",      "0.1",
              "--contradict-ms",   "5:10",
              "--call-to-filter",  "last",
              "--error-burst",     "60000:10",
              "--webhook-url",     "http://127.0.0.1:1/hook",
              "--webhook-url",     "voxsim-key=https://127.0.0.1:1/hook",
              "--webhook-sign",    "header=X-Signature,prefix=v1=,encoding=base64,secret-file=" + secret,
              "--webhook-version", "v1",
              "--webhook-forge",   "0.5",
              "--webhook-retries", "100",
              "--webhook-log",     folder / "webhooks.jsonl"});
  const std::uint16_t port = wait_for_port(folder / "port");
  ASSERT_NE(port, 0);
  {
    Client client(folder / "tls/ca.pem", port);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(client.post(call_body(i)).status, 200);
    ::kill(child, GetParam());
    EXPECT_EQ(wait_for_exit(child), GetParam() == SIGKILL ? 256 + SIGKILL : 0);
  }
  EXPECT_EQ(read_json_lines(folder / "ledger.jsonl").size(), 20U);
}

INSTANTIATE_TEST_SUITE_P(Signals, Program, testing::Values(SIGTERM, SIGINT, SIGKILL));

TEST(ProgramOptions, MistakesEndItWithAnError) {
  const TemporaryFolder folder;
  const std::vector<std::string> good{"--self-signed-dir", folder.path()};
  for (const std::vector<std::string>& bad : std::vector<std::vector<std::string>>{{"--ring-ms", "300:50"},
                                                                                   {"--fault", "explode=0.1"},
                                                                                   {"--fault", "garbage"},
                                                                                   {"--outcomes", "x"},
                                                                                   {"--limit-answer", "maybe"},
                                                                                   {"--success-code", "202"},
                                                                                   {"--retry-after", "soon"},
                                                                                   {"--never-end", "2"},
                                                                                   {"--error-burst", "10:20"},
                                                                                   {"--error-burst", "10"},
                                                                                   {"--call-to-filter", "and"},
                                                                                   {"--webhook-url", "localhost:80"},
                                                                                   {"--webhook-version", "v3"},
                                                                                   {"--webhook-sign", "header=X"},
                                                                                   {"--webhook-drop", "1.1"},
                                                                                   {"--no-such-flag"}}) {
    std::vector<std::string> arguments = good;
    arguments.insert(arguments.end(), bad.begin(), bad.end());
    EXPECT_NE(wait_for_exit(launch(arguments)), 0) << bad.front();
  }
  EXPECT_NE(wait_for_exit(launch({})), 0) << "without a certificate";
  EXPECT_EQ(wait_for_exit(launch({"--help"})), 0);
}

}  // namespace
}  // namespace dialerd::voxsim
