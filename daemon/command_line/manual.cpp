#include "daemon/command_line/manual.h"

#include <array>
#include <cctype>
#include <string_view>
#include <utility>

namespace dialerd::daemon::command_line {
namespace {

// Text for a line of its own: nothing in it is an instruction to roff. `code` in backquotes is set in bold.
std::string escaped(std::string_view text) {
  std::string out;
  bool code = false;
  for (char c : text) {
    if (c == '`') {
      code = !code;
      out += code ? "\\fB" : "\\fR";
    } else if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";  // a minus sign, as it is typed; a bare one may be set as a hyphen
    } else if (c == '\'') {
      out += "\\(aq";
    } else if (c == '"') {
      out += "\\(dq";
    } else {
      out += c;
    }
  }
  if (out.starts_with('.')) out.insert(0, "\\&");
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + escaped(text) + "\\fR"; }

// Descriptions in the command line begin with a capital and have no full stop; so does a sentence in a page.
std::string sentence(const std::string& text) {
  std::string out = escaped(text);
  if (!out.empty()) out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
  if (!out.ends_with('.')) out += '.';
  return out;
}

std::string page_name(const Command& command) { return "dialerd-" + join(command.path, "-"); }

std::string head(const std::string& name, const std::string& description, const std::string& date) {
  return ".TH " + upper(name) + " 1 " + date + " \"dialerd " + DIALERD_VERSION + "\" \"dialerd manual\"\n.SH NAME\n" +
         escaped(name) + " \\- " + escaped(description) + "\n";
}

std::string option_term(const Parameter& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.names) names.push_back(bold(name));
  std::string term = join(names, ", ");
  if (option.kind != ValueKind::none) term += " " + italic(option.placeholder);
  return term;
}

std::string argument_term(const Parameter& argument) {
  std::string term = italic(argument.placeholder);
  if (argument.repeated) term += " ...";
  return argument.required ? term : "[" + term + "]";
}

std::string synopsis_line(const Command& command) {
  std::string line = bold("dialerd " + join(command.path, " "));
  for (const Parameter& option : command.options) {
    if (option.required) line += " " + option_term(option);
  }
  line += " [" + italic("OPTIONS") + "]";
  for (const Parameter& argument : command.arguments) line += " " + argument_term(argument);
  return line + "\n";
}

// A list of parameters with what each means, its values and its default.
std::string list(const std::vector<Parameter>& parameters, std::string (*term)(const Parameter&)) {
  std::string text;
  for (const Parameter& parameter : parameters) {
    text += ".TP\n" + term(parameter) + "\n" + sentence(parameter.description) + "\n";
    if (!parameter.choices.empty()) {
      std::vector<std::string> choices;
      for (const std::string& choice : parameter.choices) choices.push_back(bold(choice));
      text += "One of: " + join(choices, ", ") + ".\n";
    }
    if (!parameter.default_value.empty()) text += "Default: " + bold(parameter.default_value) + ".\n";
    if (parameter.repeated && !parameter.names.front().starts_with('-')) continue;  // "..." says so
    if (parameter.repeated) text += "May be given several times.\n";
  }
  return text;
}

std::string sections(const Command& command, const std::string& macro) {
  std::string text;
  if (!command.arguments.empty()) text += macro + " ARGUMENTS\n" + list(command.arguments, argument_term);
  if (!command.options.empty()) text += macro + " OPTIONS\n" + list(command.options, option_term);
  return text;
}

// daemon/exit_code.h
std::string exit_status() {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> codes{{
      {"0", "Done."},
      {"1", "The work could not be done; the message says why."},
      {"2", "The command line is wrong."},
      {"3", "A file is wrong, or a secret is missing or cannot be used."},
      {"4", "The database's schema is not this version's: see `dialerd migrate`."},
      {"5", "The database cannot be reached."},
      {"6", "`dialerd run` stopped with answers or outcomes outstanding; the next start finds out about them."},
  }};
  std::string text = ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : codes) text += ".TP\n" + bold(code) + "\n" + escaped(meaning) + "\n";
  return text;
}

std::string files() {
  return ".SH FILES\n.TP\n\\fI/etc/dialerd/dialerd.yaml\\fR\n"
         "The configuration, which also names the campaigns\\(aq files.\n";
}

std::string see_also(const std::vector<std::string>& pages) {
  std::string text = ".SH SEE ALSO\n";
  for (const std::string& page : pages) {
    text += ".BR " + escaped(page) + " (1)" + (&page == &pages.back() ? "\n" : " ,\n");
  }
  return text;
}

std::string footer(const Command& command) {
  if (command.footer.empty()) return "";
  return ".SH NOTES\n.nf\n" + escaped(command.footer) + "\n.fi\n";
}

Page page_of(const Command& command, const std::string& date) {
  std::string text = head(page_name(command), command.description, date) + ".SH SYNOPSIS\n";
  if (command.subcommands.empty()) {
    text += synopsis_line(command);
  } else {
    for (const Command& below : command.subcommands) {
      text += (&below == &command.subcommands.front() ? "" : ".br\n") + synopsis_line(below);
    }
  }
  text += ".SH DESCRIPTION\n" + sentence(command.description) + "\n" + sections(command, ".SH");
  for (const Command& below : command.subcommands) {
    text +=
        ".SH \"" + upper(join(below.path, " ")) + "\"\n" + sentence(below.description) + "\n" + sections(below, ".SS");
  }
  text += footer(command) + exit_status() + files() + see_also({"dialerd"});
  return {page_name(command) + ".1", text};
}

Page page_of_program(const Command& program, const std::string& date) {
  std::string text =
      head("dialerd", "runs outbound calling campaigns through the vox.ai voice API", date) +
      ".SH SYNOPSIS\n\\fBdialerd\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]\n"
      ".SH DESCRIPTION\n"
      "dialerd takes leads from a PostgreSQL database, decides who may be called right now, asks the vox.ai voice\n"
      "API to call them with an AI agent, and keeps what came of every call.\n"
      "The daemon is \\fBdialerd run\\fR, which systemd starts as \\fIdialerd.service\\fR.\n"
      "All other commands are for the people who run it.\n.SH COMMANDS\n";
  std::vector<std::string> pages;
  for (const Command& command : program.subcommands) {
    text += ".TP\n" + bold(join(command.path, " ")) + "\n" + sentence(command.description) + "\nSee\n.BR " +
            escaped(page_name(command)) + " (1).\n";
    pages.push_back(page_name(command));
  }
  text += ".SH OPTIONS\n" + list(program.options, option_term) + exit_status() + files() + see_also(pages);
  return {"dialerd.1", text};
}

}  // namespace

std::vector<Page> manual_pages(const Command& program, const std::string& date) {
  std::vector<Page> pages{page_of_program(program, date)};
  for (const Command& command : program.subcommands) pages.push_back(page_of(command, date));
  return pages;
}

}  // namespace dialerd::daemon::command_line
