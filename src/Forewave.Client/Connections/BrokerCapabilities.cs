using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.V1;

namespace Forewave.Client.Connections;

/// <summary>
/// What the broker of a connection can do, as its hello says. What it cannot is refused here, before anything is sent.
/// Immutable.
/// </summary>
internal sealed class BrokerCapabilities
{
    private readonly HashSet<string> _names;
    private readonly string _version;
    private readonly MessageCapabilities _ofMessages;

    public BrokerCapabilities(HelloAnswer hello)
    {
        _names = [.. hello.Capabilities];
        _version = hello.BrokerVersion;
        _ofMessages = CapabilityNames.FlagsOf(_names);
    }

    /// <summary>It knows where the partitions of its cluster are served, and the slots of queues.</summary>
    public bool HasRoutes => _names.Contains(CapabilityNames.Routes);

    /// <summary>It takes transactions.</summary>
    public bool HasTransactions => _names.Contains(CapabilityNames.Transactions);

    /// <summary>Refuses what needs a capability that the broker does not have.</summary>
    /// <param name="name">One of <see cref="CapabilityNames"/>.</param>
    /// <exception cref="ForewaveException">CapabilityMissing.</exception>
    public void Require(string name)
    {
        if (!_names.Contains(name))
        {
            throw Missing(name);
        }
    }

    /// <summary>Refuses a message that asks for what the broker cannot do.</summary>
    /// <exception cref="ForewaveException">CapabilityMissing.</exception>
    public void Require(MessageCapabilities asked)
    {
        if ((asked & ~_ofMessages) is not MessageCapabilities.None and var missing)
        {
            throw Missing(string.Join("\", \"", CapabilityNames.NamesOf(missing)));
        }
    }

    private ForewaveException Missing(string names) =>
        new(ErrorCode.CapabilityMissing, $"The broker (version {_version}) does not list the capability \"{names}\" that this needs.");
}
