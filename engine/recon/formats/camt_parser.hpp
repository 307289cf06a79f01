#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/recon/formats/xml_reader.hpp"

namespace daybook::recon {

/// ISO 20022 camt.053 (statement), camt.052 (report) and camt.054 (notification), of all versions:
/// elements are known by their local names, wherever `BkToCstmrStmt` and the like stand.
///
/// An entry (Ntry) is a record; where it has several transaction details (TxDtls) with amounts in
/// its currency, each of these is one instead. CdtDbtInd says the sign; RvslInd makes the type
/// `reversal`, and the sign is that of the reversal itself. Sts BOOK is `ok`, PDNG and FUTR are
/// `open`; entries of status INFO are left out. The time is the booking date, else the value date.
/// The reference is EndToEndId, else InstrId, TxId, AcctSvcrRef of the details, else AcctSvcrRef,
/// else NtryRef of the entry; NOTPROVIDED is none. The party is the debtor of what came and the
/// creditor of what left.
///
/// Checked: OPBD (or PRCD) and the booked entries make CLBD, ITBD or CLAV being no part of it; the
/// opening balance is the closing one before it; TxsSummry: counts, sums and the net amount;
/// details make their entry, and are as many as NbOfTxs says. A statement that is not ended was cut
/// short: its balance is missing.
///
/// Source. ISO 20022, camt.052, .053 and .054.001.02 to .001.08 (BankToCustomerAccountReport,
///         -Statement, -DebitCreditNotification).
class CamtParser final : public StatementParser, private XmlReader::Listener {
 public:
  explicit CamtParser(ParserSettings settings);

  void feed(std::string_view bytes) override { reader_.feed(bytes); }
  void finish() override;

 private:
  /// An amount with its currency and mark as texts: what they are worth is known at the end.
  struct Money {
    std::string amount;
    std::string currency;
    std::string mark;  ///< CRDT or DBIT.
  };
  struct Balance {
    std::string code;
    Money money;
    std::string day;
  };
  /// Count and sum of entries.
  struct Tally {
    std::uint64_t count = 0;
    i128 sum = 0;
  };
  /// TxsSummry, as it is written.
  struct Summary {
    std::string count;
    std::string sum;
    Money net;
    std::string credit_count;
    std::string credit_sum;
    std::string debit_count;
    std::string debit_sum;
  };
  struct Statement {
    std::string account;
    std::string number;
    std::uint64_t currency = 0;  ///< Of the account, else of what comes first.
    std::optional<i128> opening;
    std::optional<i128> closing;
    std::optional<std::int64_t> opening_day;
    std::optional<std::int64_t> closing_day;
    Tally all;  ///< Sums without signs.
    Tally credits;
    Tally debits;
    i128 net = 0;
    i128 booked = 0;
    std::optional<Summary> summary;
    bool has_faults = false;
    FilePlace place;
  };
  struct Details {
    Money money;
    std::string end_to_end;
    std::string instruction;
    std::string transaction;
    std::string servicer;
    std::string debtor;
    std::string creditor;
    FilePlace place;
  };
  struct Entry {
    Money money;
    std::string status;
    std::string is_reversal;
    std::string booking_day;
    std::string value_day;
    std::string reference;
    std::string servicer;
    std::string stated_details;  ///< NbOfTxs.
    FilePlace place;
    std::uint64_t details = 0;
    std::optional<Details> first;  ///< Until it is known whether there are more.
    bool is_split = false;         ///< Details are records, and the entry is none.
    bool is_known = false;         ///< `known` was made.
    bool is_left_out = false;
    bool has_faults = false;
    StatementEntry known;
    i128 details_sum = 0;
  };

  void on_start(std::string_view name, const XmlAttributes& attributes) override;
  void on_end(std::string_view name, std::string_view text) override;
  void on_fault(const FilePlace& place, InvalidReason reason) override;

  void take_text(std::string_view path, std::string_view text);
  [[nodiscard]] std::string* field_of_statement(std::string_view path);
  [[nodiscard]] std::string* field_of_entry(std::string_view path);
  [[nodiscard]] std::string* field_of_details(std::string_view path);
  void begin_statement();
  void end_statement(bool is_whole);
  void end_balance();
  void check_summary();
  void end_details();
  void end_entry();
  [[nodiscard]] bool know_entry();
  [[nodiscard]] StatementEntry record_of(const Details& details) const;
  void split_off(const Details& details);
  void tally(const StatementEntry& entry);
  void refuse(const FilePlace& place, InvalidReason reason);
  /// Signed, in minor units; nothing where it is none, and `reason` says why.
  [[nodiscard]] std::optional<i128> worth_of(const Money& money, std::uint64_t& currency,
                                             InvalidReason& reason) const;
  void add_total(std::string_view what, const std::string& stated, i128 found, bool is_amount);
  void check_details(const Entry& entry);
  [[nodiscard]] std::string name_of_statement() const;

  XmlReader reader_;
  std::string path_;                 ///< Below the statement: "Ntry/Amt".
  std::size_t statement_depth_ = 0;  ///< 0 outside of one.
  std::optional<Statement> statement_;
  std::optional<Balance> balance_;
  std::optional<Entry> entry_;
  std::optional<Details> details_;
  std::string currency_;  ///< The attribute of the element at hand.
  BalanceChain chain_;
};

}  // namespace daybook::recon
