namespace Forewave.Coordination.Members;

/// <summary>What the parts of a member work with.</summary>
internal sealed record MemberSurroundings(MemberOptions Options, IMemberDatabase Database, IMemberService Service, TimeProvider Time)
{
    public string Broker => Options.Broker;

    /// <summary>What it says of itself.</summary>
    public BrokerAnnouncement Announced(string run) => new() { Broker = Broker, Address = Options.Address, Http = Options.Http, Run = run };

    public void Tell(string text) => Options.Told(text);
}
