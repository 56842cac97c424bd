namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>Who decides a transaction, and how.</summary>
/// <param name="By">Who.</param>
/// <param name="Commits">How it is meant.</param>
internal readonly record struct TransactionFate(TransactionDecider By, bool Commits)
{
    public static TransactionFate Draw(Random random) => new(
        random.Next(6) switch { 0 => TransactionDecider.Operator, 1 or 2 => TransactionDecider.Question, _ => TransactionDecider.Producer },
        random.Next(4) > 0);
}
