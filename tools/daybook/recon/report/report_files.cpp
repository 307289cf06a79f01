#include "tools/daybook/recon/report/report_files.hpp"

#include <filesystem>
#include <span>

#include <fmt/format.h>

#include "storage/file/file.hpp"
#include "tools/daybook/recon/report/html_report.hpp"

namespace daybook::recon {
namespace {

std::filesystem::path whole(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return error ? std::filesystem::path{path} : absolute;
}

bool is_page(const std::string& path) {
  const std::string extension = std::filesystem::path{path}.extension().string();
  return extension == ".html" || extension == ".htm";
}

}  // namespace

Result<void> check_report_paths(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (!is_page(path) && std::filesystem::path{path}.extension() != ".json") {
      return Failure{FailureKind::invalid,
                     fmt::format("--report '{}': name it .html for a page or .json", path)};
    }
    std::error_code error;
    if (!std::filesystem::is_directory(whole(path).parent_path(), error)) {
      return Failure{FailureKind::not_found,
                     fmt::format("--report '{}': there is no directory {}; make it first", path,
                                 whole(path).parent_path().string())};
    }
  }
  return {};
}

Result<void> write_report(const std::string& path, const std::string& html,
                          const std::string& json) {
  const std::string& text = is_page(path) ? html : json;
  return replace_file(whole(path), std::as_bytes(std::span{text}));
}

Result<void> write_reports(const std::vector<std::string>& paths, const ComparisonReport& report,
                           const CompareFacts& facts) {
  if (paths.empty()) return {};
  const std::string html = report_html(report, facts);
  const std::string json = report_json(report, facts) + "\n";
  for (const std::string& path : paths) {
    if (auto written = write_report(path, html, json); !written) return written;
  }
  return {};
}

}  // namespace daybook::recon
