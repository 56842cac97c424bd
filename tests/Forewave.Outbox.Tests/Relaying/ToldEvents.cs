using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Forewave.Outbox.Tests.Relaying;

/// <summary>Which events a relay has logged. Thread-safe.</summary>
internal sealed class ToldEvents : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<int> _events = [];

    /// <summary>Their ids, in their order.</summary>
    public IReadOnlyList<int> Ids => [.. _events];

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _events.Enqueue(eventId.Id);

    public void Dispose()
    {
    }
}
