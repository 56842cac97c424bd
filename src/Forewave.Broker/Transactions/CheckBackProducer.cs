using Forewave.Broker.Sessions;

namespace Forewave.Broker.Transactions;

/// <summary>A connection's producer that answers what became of transactions of its name.</summary>
/// <param name="Name">The producer's name.</param>
/// <param name="Output">Its connection.</param>
/// <param name="Handle">Its handle there.</param>
/// <param name="Terms">When it wants to be asked about what it begins.</param>
internal sealed record CheckBackProducer(string Name, ISessionOutput Output, uint Handle, CheckBackTerms Terms);
