namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>Which open transactions operators decide.</summary>
internal enum TransactionChoice
{
    /// <summary>Those that their producer leaves to them, and those that wait for them because nobody answers.</summary>
    OfOperators,

    /// <summary>All.</summary>
    All,
}
