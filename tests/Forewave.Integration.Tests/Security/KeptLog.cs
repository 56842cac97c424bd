using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Forewave.Integration.Tests.Security;

/// <summary>Keeps all that is logged, of every category and level, with its fields.</summary>
internal sealed class KeptLog : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = [];

    /// <summary>All lines.</summary>
    public string Text => string.Join('\n', _lines);

    public ILogger CreateLogger(string categoryName) => new Line(this, categoryName);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Line(KeptLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string fields = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs.Select(pair => $"{pair.Key}={pair.Value}")) : "";
            log._lines.Enqueue($"{category} {eventId.Id} {formatter(state, exception)} {fields} {exception}");
        }
    }
}
