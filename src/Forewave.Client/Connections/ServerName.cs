namespace Forewave.Client.Connections;

/// <summary>How logs and errors call the broker that a client is for.</summary>
internal readonly record struct ServerName(string Text)
{
    public override string ToString() => Text;
}
