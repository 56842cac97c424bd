using System.Data.Common;

namespace Forewave.Outbox.Tests.Faults;

/// <summary>The program has ended here.</summary>
internal sealed class FaultException() : DbException("the program ends here");
