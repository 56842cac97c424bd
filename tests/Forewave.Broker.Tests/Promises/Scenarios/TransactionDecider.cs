namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>Who decides a transaction.</summary>
internal enum TransactionDecider
{
    /// <summary>Its producer, by itself.</summary>
    Producer,

    /// <summary>Its producer, when it is asked.</summary>
    Question,

    /// <summary>An operator.</summary>
    Operator,
}
