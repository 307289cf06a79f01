#include "tools/daybook/recon/report/code_advice.hpp"

#include <array>

namespace daybook::recon {
namespace {

struct Advice {
  Code code;
  std::string_view words;
};

constexpr std::array all_advice{
    Advice{Code::matched, "Nothing to do."},
    Advice{Code::matched_tolerance,
           "Within the tolerance: post the difference if your rules say so."},
    Advice{Code::a_only,
           "In A and not in B, and the time to wait is over: claim it, or reverse it."},
    Advice{Code::a_pending,
           "In A and not yet in B: it may still come, so look again in the next statement."},
    Advice{Code::b_only,
           "In B and not in A: find out what it is; until then it belongs on a suspense account."},
    Advice{Code::b_pending,
           "In B, after the newest record of A: look again when A has come so far."},
    Advice{Code::amount_short,
           "B has more than A: book the rest in the ledger, or ask what was paid too much."},
    Advice{Code::amount_over,
           "A has more than B: claim the rest from the other side, or take it back."},
    Advice{Code::fee_mismatch,
           "The gross amounts agree and the fees do not: correct the fee account."},
    Advice{Code::net_gross,
           "One side has the amount without its fee: book the gross amount and the fee apart."},
    Advice{Code::fx_difference,
           "Only what it was settled in differs: book it to the exchange account."},
    Advice{Code::rounding,
           "One minor unit: book it to the rounding account, or allow it with a tolerance."},
    Advice{Code::currency_mismatch,
           "The same reference in another currency: somebody has to look at both."},
    Advice{Code::status_a_ok_b_failed,
           "It went through in A and failed in B: reverse it in the ledger."},
    Advice{Code::status_a_open_b_ok, "It went through in B and is a hold in A: post the hold."},
    Advice{Code::type_mismatch,
           "Not the same kind of movement on both sides: somebody has to look at it."},
    Advice{Code::party_mismatch,
           "Another merchant or account on the other side: somebody has to look at it."},
    Advice{Code::date_mismatch, "Farther apart than the window: only a note."},
    Advice{Code::reference_mismatch,
           "Found by a fallback rule, not by its reference: only a note."},
    Advice{Code::duplicate_a,
           "More often in A than in B: reverse the extra one, unless B has it still to come."},
    Advice{Code::duplicate_b,
           "More often in B than in A: dispute the extra one, or book what is missing."},
    Advice{Code::duplicate_both, "Several with this reference on both sides: only a note."},
    Advice{Code::reversed,
           "Reversed on one side only: reverse it on the other one, naming the original."},
    Advice{Code::refunded,
           "Refunded on one side only: refund it on the other one, naming the original."},
    Advice{Code::chargeback,
           "Charged back on one side only: book it on the other one, naming the original."},
    Advice{
        Code::split_incomplete,
        "The parts do not make the same sum: the rest stays open, so ask which part is missing."},
    Advice{Code::split_matched, "Parts on one side or both, and their sums agree: only a note."},
    Advice{Code::invalid_record,
           "Cannot be read: correct the line and compare again before anything is closed."},
    Advice{Code::control_total, "The file is not what it says of itself: have it sent again."},
    Advice{Code::ambiguous,
           "Several would fit equally well, and none was taken: somebody has to decide."},
};
static_assert(all_advice.size() == all_codes.size());

}  // namespace

std::string_view advice_of(Code code) {
  for (const Advice& advice : all_advice) {
    if (advice.code == code) return advice.words;
  }
  return {};
}

}  // namespace daybook::recon
