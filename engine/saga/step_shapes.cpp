#include "engine/saga/step_shapes.hpp"

#include <algorithm>

namespace daybook {
namespace {

using Arguments = std::span<const ArgumentShape>;

constexpr TypeSet account = type_set(ValueType::account);
constexpr TypeSet id = type_set(ValueType::id);
constexpr TypeSet text = type_set(ValueType::text);
constexpr TypeSet u64 = type_set(ValueType::u64);
constexpr TypeSet truth = type_set(ValueType::truth);
// What a ledger counts: money with its ledger, or a number with the argument `ledger` beside it.
constexpr TypeSet amount = type_set(ValueType::money, ValueType::u64);

constexpr std::uint64_t ledger_most = 0xffff'ffff;
constexpr std::uint64_t code_most = 0xffff;

constexpr ArgumentShape transfer_arguments[] = {{"from", account, true},
                                                {"to", account, true},
                                                {"amount", amount, true},
                                                {"ledger", u64, false, ledger_most},
                                                {"code", u64, false, code_most}};
constexpr ArgumentShape create_order[] = {
    {"order", id, true},     {"amount", amount, true}, {"ledger", u64, false, ledger_most},
    {"quantity", u64, true}, {"sku", text, true},      {"transfer", id, false}};
constexpr ArgumentShape pay_order[] = {
    {"order", id, true}, {"payment", id, true}, {"transfer", id, false}};
constexpr ArgumentShape ship_order[] = {
    {"order", id, true}, {"tracking", text, true}, {"transfer", id, false}};
constexpr ArgumentShape complete_order[] = {{"order", id, true}};
constexpr ArgumentShape cancel_order[] = {
    {"order", id, true}, {"reason", text, true}, {"transfer", id, false}};
constexpr ArgumentShape initiate_payment[] = {{"payment", id, true},
                                              {"order", id, false},
                                              {"amount", amount, true},
                                              {"ledger", u64, false, ledger_most},
                                              {"method", text, true}};
constexpr ArgumentShape authorise_payment[] = {
    {"payment", id, true}, {"reference", text, true}, {"transfer", id, false}};
// The payment says of which ledger these are.
constexpr ArgumentShape capture_payment[] = {{"payment", id, true},
                                             {"amount", amount, true},
                                             {"final", truth, false},
                                             {"transfer", id, false}};
constexpr ArgumentShape void_payment[] = {
    {"payment", id, true}, {"reason", text, false}, {"transfer", id, false}};
constexpr ArgumentShape fail_payment[] = {
    {"payment", id, true}, {"reason", text, true}, {"transfer", id, false}};
constexpr ArgumentShape settle_payment[] = {
    {"payment", id, true}, {"reference", text, false}, {"transfer", id, false}};
constexpr ArgumentShape begin_refund[] = {{"payment", id, true},
                                          {"refund", id, true},
                                          {"amount", amount, true},
                                          {"reason", text, false},
                                          {"transfer", id, false}};
constexpr ArgumentShape end_refund[] = {
    {"payment", id, true}, {"refund", id, true}, {"reason", text, false}, {"transfer", id, false}};
constexpr ArgumentShape begin_dispute[] = {{"payment", id, true},
                                           {"dispute", id, true},
                                           {"amount", amount, true},
                                           {"reason", text, false},
                                           {"transfer", id, false}};
constexpr ArgumentShape end_dispute[] = {
    {"payment", id, true}, {"dispute", id, true}, {"reason", text, false}, {"transfer", id, false}};
constexpr ArgumentShape timer_arguments[] = {{"until", type_set(ValueType::timestamp), false}};

constexpr Command none = Command::order_create;  // Of steps that are no command.

constexpr StepShape shapes[] = {
    {"ledger.post", StepKind::ledger_post, none, UndoAct::reverse_transfer, transfer_arguments},
    {"ledger.hold", StepKind::ledger_hold, none, UndoAct::release_hold, transfer_arguments},
    {"ledger.capture", StepKind::ledger_capture, none, UndoAct::reverse_transfer, {}},
    {"ledger.release", StepKind::ledger_release, none, UndoAct::none, {}},
    {"order.create", StepKind::order_command, Command::order_create, UndoAct::cancel_order,
     create_order},
    {"order.pay", StepKind::order_command, Command::order_pay, UndoAct::refund_order, pay_order},
    {"order.ship", StepKind::order_command, Command::order_ship, UndoAct::none, ship_order},
    {"order.complete", StepKind::order_command, Command::order_complete, UndoAct::none,
     complete_order},
    {"order.cancel", StepKind::order_command, Command::order_cancel, UndoAct::none, cancel_order},
    {"payment.initiate", StepKind::payment_command, Command::payment_initiate, UndoAct::end_payment,
     initiate_payment},
    {"payment.authorise", StepKind::payment_command, Command::payment_authorise,
     UndoAct::end_payment, authorise_payment},
    {"payment.capture", StepKind::payment_command, Command::payment_capture,
     UndoAct::refund_payment, capture_payment},
    {"payment.void", StepKind::payment_command, Command::payment_void, UndoAct::none, void_payment},
    {"payment.fail", StepKind::payment_command, Command::payment_fail, UndoAct::none, fail_payment},
    {"payment.settle", StepKind::payment_command, Command::payment_settle, UndoAct::none,
     settle_payment},
    {"payment.refund_request", StepKind::payment_command, Command::refund_request,
     UndoAct::fail_refund, begin_refund},
    {"payment.refund_succeed", StepKind::payment_command, Command::refund_succeed, UndoAct::none,
     end_refund},
    {"payment.refund_fail", StepKind::payment_command, Command::refund_fail, UndoAct::none,
     end_refund},
    {"payment.dispute_open", StepKind::payment_command, Command::dispute_open, UndoAct::none,
     begin_dispute},
    {"payment.dispute_win", StepKind::payment_command, Command::dispute_win, UndoAct::none,
     end_dispute},
    {"payment.dispute_lose", StepKind::payment_command, Command::dispute_lose, UndoAct::none,
     end_dispute},
    {"remote.call", StepKind::remote_call, none, UndoAct::remote_undo, {}, true},
    {"remote.tcc", StepKind::remote_try, none, UndoAct::remote_cancel, {}, true},
    {"timer.wait", StepKind::timer_wait, none, UndoAct::none, timer_arguments},
    {"signal.wait", StepKind::signal_wait, none, UndoAct::none, {}},
    {"tcc.wait", StepKind::tcc_wait, none, UndoAct::none, {}},
};

}  // namespace

std::span<const StepShape> all_shapes() noexcept { return shapes; }

const StepShape* find_shape(std::string_view kind) noexcept {
  const auto* const found = std::find_if(std::begin(shapes), std::end(shapes),
                                         [kind](const StepShape& s) { return s.text == kind; });
  return found == std::end(shapes) ? nullptr : found;
}

}  // namespace daybook
