using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Testing;

/// <summary>How a <see cref="TestBroker"/> is set up. Valid as it is. Immutable.</summary>
public sealed record TestBrokerOptions
{
    /// <summary>A folder to keep the log in, for tests that look at it. Default: null, in memory.</summary>
    public string? DataFolder { get; init; }

    /// <summary>
    /// Keeps the messages in a MySQL database instead, in the words of <c>serve --mysql</c>; the databases and what is in them stay after
    /// the test. A broker with one starts in about a second. Default: null.
    /// </summary>
    public string? MySql { get; init; }

    /// <summary>For messages: never <see cref="MySql"/>, which may have a password.</summary>
    public override string ToString() => $"{nameof(TestBrokerOptions)} {{ {nameof(DataFolder)} = {DataFolder}, {nameof(TakesPort)} = {TakesPort} }}";

    /// <summary>Takes a free TCP port of this host, for programs of their own. Default: no, clients are in the process.</summary>
    public bool TakesPort { get; init; }

    /// <summary>A publish or subscribe to a queue that does not exist makes it. Default: yes.</summary>
    public bool CreateQueues { get; init; } = true;

    /// <summary>Where the broker logs. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;
}
