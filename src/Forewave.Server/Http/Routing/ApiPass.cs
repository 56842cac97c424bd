using Forewave.Broker;
using Forewave.Broker.Users;

namespace Forewave.Server.Http.Routing;

/// <summary>By what a request passed its guard. Immutable.</summary>
/// <param name="Engine">Who knew the users; null: nobody was asked.</param>
/// <param name="Access">What the request's sender may do; null likewise.</param>
internal readonly record struct ApiPass(BrokerEngine? Engine, Access? Access)
{
    /// <summary>It still holds for requests to this engine.</summary>
    public bool HoldsFor(BrokerEngine? engine) => ReferenceEquals(engine, Engine) && (engine is null || Access is null || engine.Holds(Access));
}
