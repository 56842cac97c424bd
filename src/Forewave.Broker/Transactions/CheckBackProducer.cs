using Forewave.Broker.Sessions;

namespace Forewave.Broker.Transactions;

/// <summary>A connection's producer that answers what became of transactions of its name.</summary>
/// <param name="Name">The producer's name.</param>
/// <param name="Output">Its connection.</param>
/// <param name="Handle">Its handle there.</param>
/// <param name="Terms">When it wants to be asked about what it begins.</param>
/// <param name="MayPublish">Whether its user may publish to a queue, by its number; null: to all.</param>
internal sealed record CheckBackProducer(string Name, ISessionOutput Output, uint Handle, CheckBackTerms Terms, Func<uint, bool>? MayPublish)
{
    /// <summary>What it was asked and has not answered.</summary>
    public UnansweredQuestions Unanswered { get; } = new();

    /// <summary>Whether what it says of a transaction counts: the name alone is anybody's.</summary>
    public bool MayDecide(Transaction transaction) => MayPublish is not { } may || transaction.Queues.TrueForAll(queue => may(queue));
}
